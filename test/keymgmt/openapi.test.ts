import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/logical/index.ts';
import { startEngine } from '../support/engine.ts';
import { modelCloud } from '../support/model-cloud.ts';
import { ENTERPRISE, type BodyField, type PathFacts } from './enterprise-openapi.ts';

/** What Enterprise has and this engine has not yet; `replica_regions` is documented, and refused. */
const MISSING = ['/kms/{name}/key/{key_name}/replicate'];

/** What goes beyond Enterprise. */
const ADDED_PATHS: Readonly<Record<string, PathFacts>> = {
  '/kms/{name}/check': { captures: ['name'], operations: { post: 'check-kms-provider' } },
  '/kms/{name}/status': { captures: ['name'], operations: { get: 'read-kms-provider-status' } },
  '/kms/{name}/key/{key_name}/status': {
    captures: ['key_name', 'name'],
    operations: { get: 'read-key-status-in-kms-provider' },
  },
  '/kms/{name}/key/{key_name}/sync': {
    captures: ['key_name', 'name'],
    operations: { post: 'sync-key-in-kms-provider' },
    body: { dry_run: { type: 'boolean' } },
  },
};

/** Parameters beyond Enterprise; Vault's framework shows one of the query with all methods. */
const ADDED_FIELDS: Readonly<Record<string, Readonly<Record<string, BodyField>>>> = {
  '/kms/{name}/key/{key_name}': { force: { type: 'boolean' } },
};
const ADDED_QUERY = {
  'get /kms/{name}/key/{key_name}': ['force'],
  'delete /kms/{name}/key/{key_name}': ['force'],
  'get /kms/{name}/status': ['after', 'limit'],
};

it("shows Enterprise's paths, parameters and flags, and of others only those that are listed", async () => {
  const document = await load();
  const enterprise = Object.entries(ENTERPRISE).filter(([path]) => !MISSING.includes(path));
  const expected = enterprise.map(([path, facts]): [string, PathFacts] => {
    const added = ADDED_FIELDS[path];
    return [path, added ? { ...facts, body: { ...facts.body, ...added } } : facts];
  });
  const shown = Object.entries(document.paths).map(([path, item]) => [path, factsOf(document, item)]);
  expect(Object.fromEntries(shown)).toEqual({ ...Object.fromEntries(expected), ...ADDED_PATHS });
});

it('takes nothing from the query but what is listed, and `list` on a list', async () => {
  const { paths } = await load();
  const asked = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const names = (item[method]?.parameters ?? []).map(({ name }) => name);
      const others = names.filter((name) => name !== 'list');
      return others.length > 0 ? [[`${method} ${path}`, others]] : [];
    }),
  );
  expect(Object.fromEntries(asked)).toEqual(ADDED_QUERY);
});

const METHODS = ['get', 'post', 'patch', 'delete'] as const;

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string }[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: { readonly $ref: string } } };
  };
}
type PathItem = Readonly<Partial<Record<(typeof METHODS)[number], Operation>>> & {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly [flag: `x-vault-${string}`]: unknown;
};
interface Schema {
  readonly properties: Readonly<Record<string, JsonObject>>;
  readonly required?: readonly string[];
}
interface Document {
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

async function load(): Promise<Document> {
  const engine = await startEngine({ drivers: modelCloud().drivers });
  const help = await engine.request('help', '', { requestResponsePrefix: 'keymgmt' });
  return help?.data?.['openapi'] as unknown as Document;
}

function factsOf({ components }: Document, item: PathItem): object {
  const { parameters = [], get, post, patch, delete: remove, ...rest } = item;
  const { description: _, 'x-vault-createSupported': create, ...flags } = rest as JsonObject;
  const operations = Object.entries({ get, post, patch, delete: remove }).flatMap(([method, operation]) =>
    operation ? [[method, operation.operationId.replace(/^key-management-/, '')]] : [],
  );
  const reference = post?.requestBody?.content['application/json'].schema.$ref.split('/').at(-1);
  const schema = components.schemas[reference ?? ''];
  const isList = get?.parameters?.some(({ name }) => name === 'list') ?? false;
  // A name in the path has to be there.
  expect(parameters.every((parameter) => parameter.in === 'path' && parameter.required === true)).toBe(true);
  return {
    ...(create === true && { create }),
    ...(isList && { list: true }),
    captures: parameters.map(({ name }) => name),
    operations: Object.fromEntries(operations) as Readonly<Record<string, string>>,
    ...(schema && { body: bodyOf(schema) }),
    // There are none in Enterprise: no path is for root alone, or for everybody.
    ...flags,
  };
}

function bodyOf({ properties, required = [] }: Schema): object {
  const fields = Object.entries(properties).map(([name, { description: _, items, ...field }]) => [
    name,
    {
      ...field,
      ...(items !== undefined && { items: (items as JsonObject)['type'] }),
      ...(required.includes(name) && { required: true }),
    },
  ]);
  return Object.fromEntries(fields) as Readonly<Record<string, unknown>>;
}
