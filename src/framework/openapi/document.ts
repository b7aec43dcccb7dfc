import type { JsonObject, SpecialPaths } from '../../logical/index.ts';
import { collapsed, sorted } from '../go-text.ts';
import type { PathDefinition, PathOperation } from '../path.ts';
import { expandPattern } from './expand-pattern.ts';
import { operationId } from './operation-id.ts';
import { documentOperation, type Schemas } from './operation.ts';
import { compact, displayHints, inOrder, parameter } from './schema.ts';
import { isSpecialPath } from './special-path.ts';

/** What a document is made from besides the paths. */
export interface DocumentContext {
  /** Mount type: prefix of operation ids where a path names none. */
  readonly requestResponsePrefix: string;
  readonly specialPaths: SpecialPaths;
  readonly serverVersion: string;
}

/** The OpenAPI document of paths (Vault: sdk/framework `documentPaths`); the server merges it into its own. */
export function openApiDocument(paths: readonly PathDefinition[], context: DocumentContext): JsonObject {
  const items = new Map<string, JsonObject>();
  const schemas: Schemas = new Map();
  for (const path of paths) {
    // A pattern that OpenAPI cannot say is shown as it is, without operations: a reader sees that there is something.
    const expanded = expandPattern(path.syntax);
    const names = expanded?.paths ?? [path.anchoredPattern];
    const captures = expanded?.captures ?? new Set<string>();
    const published = expanded ? publishedOperations(path) : [];
    const createSupported = expanded !== undefined && isPublished(path, 'create');
    for (const [index, name] of names.entries()) {
      const variant = { path, name, index, captures, published, createSupported };
      for (const [key, item] of pathItems(variant, context, schemas)) items.set(key, item);
    }
  }
  return {
    openapi: '3.0.2',
    info: {
      title: 'HashiCorp Vault API',
      description: 'HTTP API that gives you full access to Vault. All API routes are prefixed with `/v1/`.',
      version: context.serverVersion,
      license: { name: 'Mozilla Public License 2.0', url: 'https://www.mozilla.org/en-US/MPL/2.0' },
    },
    paths: inOrder(items),
    components: { schemas: inOrder(schemas) },
  };
}

/** Operations that a document shows; a create is shown as the update, where there is one. */
function publishedOperations(path: PathDefinition): readonly PathOperation[] {
  const shown = (['read', 'create', 'update', 'patch', 'delete', 'list'] as const).filter((name) =>
    isPublished(path, name),
  );
  return path.operations.update ? shown.filter((name) => name !== 'create') : shown;
}

function isPublished({ operations }: PathDefinition, name: PathOperation): boolean {
  return operations[name] !== undefined && operations[name].unpublished !== true;
}

const METHODS = [
  ['get', 'read'],
  ['post', 'create'],
  ['post', 'update'],
  ['patch', 'patch'],
  ['delete', 'delete'],
] as const;

/** One of the paths that a pattern stands for. */
interface Variant {
  readonly path: PathDefinition;
  readonly name: string;
  /** Which one. */
  readonly index: number;
  readonly captures: ReadonlySet<string>;
  readonly published: readonly PathOperation[];
  readonly createSupported: boolean;
}

function pathItems(variant: Variant, context: DocumentContext, schemas: Schemas): readonly [string, JsonObject][] {
  const { name, published, createSupported } = variant;
  const documented = METHODS.filter(([, operation]) => published.includes(operation)).map(
    ([method, operation]) => [method, documentVariant(variant, operation, context, schemas)] as const,
  );
  // Only lists can be asked for with a slash at the end.
  const methods = name.endsWith('/') ? [] : documented;
  const items: [string, JsonObject][] = [];
  const lists = published.includes('list');
  if (!lists || methods.length > 0) {
    items.push([`/${name}`, { ...itemHead(variant, name, context, createSupported), ...Object.fromEntries(methods) }]);
  }
  if (lists) {
    const listName = name.endsWith('/') ? name : `${name}/`;
    const get = documentVariant(variant, 'list', context, schemas);
    items.push([`/${listName}`, { ...itemHead(variant, listName, context, false), get }]);
  }
  return items;
}

function itemHead(
  { path, name, captures }: Variant,
  itemName: string,
  { specialPaths: { root = [], unauthenticated = [] } }: DocumentContext,
  createSupported: boolean,
): JsonObject {
  const parameters = sorted(captures)
    .filter((capture) => name.includes(`{${capture}}`))
    .map((capture) => parameter(capture, path.fields[capture], 'path'));
  return compact({
    description: collapsed(path.help.synopsis) || undefined,
    parameters: parameters.length > 0 ? parameters : undefined,
    'x-vault-sudo': isSpecialPath(itemName, root) ? true : undefined,
    'x-vault-unauthenticated': isSpecialPath(itemName, unauthenticated) ? true : undefined,
    'x-vault-createSupported': createSupported ? true : undefined,
    'x-vault-displayAttrs': displayHints(path.display),
  });
}

function documentVariant(
  { path, name, index, captures }: Variant,
  operation: PathOperation,
  { requestResponsePrefix }: DocumentContext,
  schemas: Schemas,
): JsonObject | undefined {
  const definition = path.operations[operation];
  if (!definition) return undefined;
  const displays = [definition.display, path.display];
  const id = operationId({ operation, path: name, index, displays, defaultPrefix: requestResponsePrefix });
  const sentFields = Object.fromEntries(Object.entries(path.fields).filter(([field]) => !captures.has(field)));
  return documentOperation({ id, name: operation, definition, path, sentFields }, schemas);
}
