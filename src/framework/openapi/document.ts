import type { JsonObject, SpecialPaths } from '../../logical/index.ts';
import type { FieldMap } from '../fields/field.ts';
import type { OperationDefinition, PathDefinition, PathOperation } from '../path.ts';
import { expandPattern, type ExpandedPath } from './expand-pattern.ts';
import { operationId, requestSchemaName, responseSchemaName } from './operation-id.ts';
import { collapsed, objectSchema, parameter } from './schema.ts';

/** What a document is made from besides the paths. */
export interface DocumentContext {
  /** Mount type: prefix of operation ids where a path names none. */
  readonly requestResponsePrefix: string;
  readonly specialPaths: SpecialPaths;
  readonly serverVersion: string;
}

/** Schema that all lists answer with. */
const LIST_RESPONSE = 'StandardListResponse';
const LIST_SCHEMA: JsonObject = {
  type: 'object',
  properties: { keys: { type: 'array', items: { type: 'string' } } },
};

/** The OpenAPI document of paths (Vault: sdk/framework `documentPaths`); the server merges it into its own. */
export function openApiDocument(paths: readonly PathDefinition[], context: DocumentContext): JsonObject {
  const document: { paths: Record<string, JsonObject>; schemas: Record<string, JsonObject> } = {
    paths: {},
    schemas: {},
  };
  for (const path of paths) {
    for (const expanded of expandPattern(path.pattern)) addPath(document, path, expanded, context);
  }
  return {
    openapi: '3.0.2',
    info: {
      title: 'HashiCorp Vault API',
      description: 'HTTP API that gives you full access to Vault. All API routes are prefixed with `/v1/`.',
      version: context.serverVersion,
      license: { name: 'Mozilla Public License 2.0', url: 'https://www.mozilla.org/en-US/MPL/2.0' },
    },
    paths: document.paths,
    components: { schemas: document.schemas },
  };
}

type Draft = { readonly paths: Record<string, JsonObject>; readonly schemas: Record<string, JsonObject> };

function addPath(draft: Draft, path: PathDefinition, expanded: ExpandedPath, context: DocumentContext): void {
  const item: Record<string, JsonObject[keyof JsonObject]> = {
    description: collapsed(path.help.synopsis),
    ...pathAttributes(path, expanded, context.specialPaths),
  };
  const parameters = [...expanded.captures].sort().map((name) => parameter(name, path.fields[name], 'path'));
  const common = parameters.length > 0 ? { parameters } : {};
  const { list, create, update, ...others } = path.operations;
  const write = update ?? create;
  const methods: Record<string, JsonObject> = {};
  if (write) methods['post'] = operation(draft, path, expanded, update ? 'update' : 'create', write, context);
  for (const [name, method] of [
    ['read', 'get'],
    ['delete', 'delete'],
    ['patch', 'patch'],
  ] as const) {
    const definition = others[name];
    if (definition) methods[method] = operation(draft, path, expanded, name, definition, context);
  }
  if (Object.keys(methods).length > 0) draft.paths[expanded.path] = { ...item, ...common, ...methods };
  // A list is a GET with a query; the trailing slash keeps it apart from a read.
  if (list) {
    const get = operation(draft, path, expanded, 'list', list, context);
    draft.paths[`${expanded.path}/`] = { ...item, ...common, get };
  }
}

function pathAttributes(
  path: PathDefinition,
  { path: name }: ExpandedPath,
  { root = [], unauthenticated = [] }: SpecialPaths,
): JsonObject {
  const special = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) =>
      pattern.endsWith('*') ? name.slice(1).startsWith(pattern.slice(0, -1)) : name.slice(1) === pattern,
    );
  return {
    ...(special(root) ? { 'x-vault-sudo': true } : {}),
    ...(special(unauthenticated) ? { 'x-vault-unauthenticated': true } : {}),
    ...(path.existenceCheck && path.operations.create ? { 'x-vault-createSupported': true } : {}),
  };
}

function operation(
  draft: Draft,
  path: PathDefinition,
  expanded: ExpandedPath,
  name: PathOperation,
  definition: OperationDefinition<FieldMap>,
  context: DocumentContext,
): JsonObject {
  const id = operationId(name, expanded.path, [definition.display, path.display], context.requestResponsePrefix);
  const query = Object.entries(path.fields).filter(([, field]) => field.options.query === true);
  const hasBody = name === 'create' || name === 'update' || name === 'patch';
  const queryParameters = hasBody ? [] : query.map(([field, each]) => parameter(field, each, 'query'));
  const parameters = name === 'list' ? [LIST_PARAMETER, ...queryParameters] : queryParameters;
  const body = hasBody ? bodyOf(draft, path, expanded, id) : undefined;
  return {
    ...(definition.summary === undefined ? {} : { summary: definition.summary }),
    ...(definition.description === undefined ? {} : { description: collapsed(definition.description) }),
    operationId: id,
    tags: ['secrets'],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responses(draft, name, definition, id),
  };
}

const LIST_PARAMETER: JsonObject = {
  name: 'list',
  description: 'Must be set to `true`',
  required: true,
  in: 'query',
  schema: { type: 'string', enum: ['true'] },
};

function bodyOf(draft: Draft, path: PathDefinition, { captures }: ExpandedPath, id: string): JsonObject | undefined {
  const inBody = Object.entries(path.fields).filter(
    ([name, field]) => !captures.includes(name) && field.options.query !== true,
  );
  if (inBody.length === 0) return undefined;
  const name = requestSchemaName(id);
  draft.schemas[name] = objectSchema(Object.fromEntries(inBody));
  return { required: true, content: json(name) };
}

function responses(
  draft: Draft,
  name: PathOperation,
  definition: OperationDefinition<FieldMap>,
  id: string,
): JsonObject {
  if (definition.responses) {
    return Object.fromEntries(
      Object.entries(definition.responses).map(([status, { description, fields }]) => {
        if (!fields) return [status, { description }];
        draft.schemas[responseSchemaName(id)] = objectSchema(fields);
        return [status, { description, content: json(responseSchemaName(id)) }];
      }),
    );
  }
  if (name === 'delete') return { 204: { description: 'empty body' } };
  if (name !== 'list') return { 200: { description: 'OK' } };
  draft.schemas[LIST_RESPONSE] = LIST_SCHEMA;
  return { 200: { description: 'OK', content: json(LIST_RESPONSE) } };
}

// The server reads an external plugin's document into Go structs by their field names: there `$ref` goes unseen and the
// reference is lost, while `ref` is taken, and written as `$ref` in the document that the server gives out.
function json(schema: string): JsonObject {
  const reference = `#/components/schemas/${schema}`;
  return { 'application/json': { schema: { $ref: reference, ref: reference } } };
}
