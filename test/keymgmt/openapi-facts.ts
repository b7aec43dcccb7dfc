import type { JsonObject } from '../../src/logical/index.ts';
import type { BodyField, PathFacts } from './enterprise-openapi.ts';

const METHODS = ['get', 'post', 'patch', 'delete'] as const;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: { readonly $ref: string } } };
  };
}
/** One path of a document. */
export type PathItem = Readonly<Partial<Record<(typeof METHODS)[number], Operation>>> & {
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly [flag: `x-vault-${string}`]: unknown;
};
interface Schema {
  readonly properties: Readonly<Record<string, JsonObject>>;
  readonly required?: readonly string[];
}
/** An OpenAPI document, of the engine alone or of a whole server. */
export interface Document {
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The facts of each path of a mount, with all flags that it has, those that no path should have too. */
export function factsOf({ paths, components }: Document): Readonly<Record<string, PathFacts>> {
  return Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, pathFacts(item, components.schemas)]));
}

function pathFacts(item: PathItem, schemas: Document['components']['schemas']): PathFacts {
  const { parameters = [], get, post, patch, delete: remove, description: _, ...rest } = item;
  const { 'x-vault-createSupported': create, ...flags } = rest;
  const operations = Object.entries({ get, post, patch, delete: remove }).flatMap(([method, operation]) =>
    operation ? [[method, operation.operationId.replace(/^key-management-/, '')] as const] : [],
  );
  const schema = schemas[post?.requestBody?.content['application/json'].schema.$ref.split('/').at(-1) ?? ''];
  const isList = get?.parameters?.some(({ name }) => name === 'list') ?? false;
  // A name in the path has to be there; one that need not shows whole.
  const captures = parameters.map((each) => (each.in === 'path' && each.required ? each.name : JSON.stringify(each)));
  return {
    ...(create === true && { create }),
    ...(isList && { list: true }),
    captures,
    operations: Object.fromEntries(operations),
    ...(schema && { body: bodyOf(schema) }),
    ...flags,
  };
}

function bodyOf({ properties, required = [] }: Schema): Readonly<Record<string, BodyField>> {
  const fields = Object.entries(properties).map(([name, { description: _, items, ...field }]) => [
    name,
    {
      ...field,
      ...(items !== undefined && { items: (items as JsonObject)['type'] }),
      ...(required.includes(name) && { required: true }),
    },
  ]);
  return Object.fromEntries(fields) as Readonly<Record<string, BodyField>>;
}

/** What each operation takes from the query, by method and path; without the `list` that makes a GET a list. */
export function queryOf({ paths }: Document): Readonly<Record<string, readonly string[]>> {
  const asked = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const names = (item[method]?.parameters ?? []).map(({ name }) => name).filter((name) => name !== 'list');
      return names.length > 0 ? [[`${method} ${path}`, names] as const] : [];
    }),
  );
  return Object.fromEntries(asked);
}
