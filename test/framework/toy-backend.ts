import {
  createBackend,
  definePath,
  fields,
  handlePatch,
  type Field,
  type FieldMap,
} from '../../src/framework/index.ts';
import type {
  DisplayAttributes,
  DisplayHints,
  OperationDefinition,
  OperationHandler,
  PathDefinition,
  PathOperation,
} from '../../src/framework/index.ts';
import {
  activeNode,
  errorResponse,
  inMemoryStorage,
  type Backend,
  type JsonObject,
  type Request,
} from '../../src/logical/index.ts';

/** A backend as data, that `oracle/main.go` builds with Go's framework and this file with ours. */
export interface ToyBackend {
  readonly help: string;
  readonly root?: readonly string[];
  readonly unauthenticated?: readonly string[];
  readonly paths: readonly ToyPath[];
  /** What a PATCH changes. */
  readonly resource?: JsonObject | null;
}

export interface ToyPath {
  readonly pattern: string;
  readonly fields: Readonly<Record<string, ToyField>>;
  readonly operations: Readonly<Partial<Record<PathOperation, ToyOperation>>>;
  /** Whether it has an existence check, and what that says. */
  readonly exists?: boolean;
  readonly synopsis?: string;
  readonly description?: string;
  readonly display?: DisplayAttributes;
  readonly takesArbitraryInput?: boolean;
}

export interface ToyField {
  readonly type: keyof typeof fields;
  readonly description?: string;
  readonly default?: never;
  readonly required?: boolean;
  readonly deprecated?: boolean;
  readonly query?: boolean;
  readonly allowedValues?: readonly unknown[];
  readonly displayAttrs?: DisplayHints;
}

export interface ToyOperation {
  readonly summary?: string;
  readonly description?: string;
  readonly unpublished?: boolean;
  readonly deprecated?: boolean;
  readonly display?: DisplayAttributes;
  readonly responses?: Readonly<
    Record<number, { readonly description: string; readonly fields?: Readonly<Record<string, ToyField>> }>
  >;
  /** @default 'raw' */
  readonly answer?: 'raw' | 'nothing' | 'error' | 'patch';
}

/** One request to a toy, or an existence check. */
export interface ToyRequest {
  readonly operation: string;
  readonly path: string;
  readonly data?: JsonObject;
  readonly check?: boolean;
}

/** Makes the toy; its handlers answer with the pattern and what was sent. */
export function toyBackend({ help, root = [], unauthenticated = [], paths, resource }: ToyBackend): Backend {
  return createBackend({
    help,
    specialPaths: { root, unauthenticated },
    paths: paths.map((path) => toyPath(path, resource ?? undefined)),
    clock: { now: () => 0 },
  });
}

function toyPath(path: ToyPath, resource: JsonObject | undefined): PathDefinition {
  const { exists, synopsis = '', description, operations, ...rest } = path;
  return definePath<FieldMap>({
    ...rest,
    fields: toyFields(path.fields),
    help: description === undefined ? { synopsis } : { synopsis, description },
    ...(exists === undefined ? {} : { existenceCheck: async () => exists }),
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, { answer, ...said }]) => {
        const handler: OperationHandler<FieldMap> = async ({ data }) => {
          if (answer === 'nothing') return undefined;
          if (answer === 'error') return errorResponse('refused');
          if (answer === 'patch') return { data: handlePatch(data, resource) };
          return { data: { pattern: path.pattern, raw: data.raw } };
        };
        return [name, Object.keys(said).length === 0 ? handler : { ...toyOperation(said), handler }];
      }),
    ),
  });
}

function toyOperation({ responses = {}, ...operation }: ToyOperation): Omit<OperationDefinition<FieldMap>, 'handler'> {
  return {
    ...operation,
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, each]) => [
        status,
        { description: each.description, fields: toyFields(each.fields ?? {}) },
      ]),
    ),
  };
}

function toyFields(described: Readonly<Record<string, ToyField>>): FieldMap {
  return Object.fromEntries(
    Object.entries(described).map(([name, { type, ...options }]): [string, Field<unknown>] => [
      name,
      fields[type](options),
    ]),
  );
}

/** Sends a request, and gives the answer in the shape of the oracle's. */
export async function send(backend: Backend, { operation, path, data = {}, check }: ToyRequest): Promise<unknown> {
  const request: Request = {
    id: 'r',
    operation,
    path,
    data,
    mountPoint: 'toy/',
    displayName: 'root',
    entityId: '',
    headers: {},
    storage: inMemoryStorage(),
    system: { ...activeNode, serverVersion: async () => '1.21.1' },
    signal: new AbortController().signal,
  };
  try {
    if (check) return await backend.handleExistenceCheck(request);
    const response = await backend.handleRequest(request);
    return response ? { data: response.data ?? null, warnings: response.warnings ?? null } : null;
  } catch (error) {
    return { failed: (error as Error).message };
  }
}
