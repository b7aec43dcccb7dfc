import {
  codedError,
  errorResponse,
  isUserError,
  requireWritable,
  unsupportedOperation,
  unsupportedPath,
  userError,
  type Backend,
  type BackendContext,
  type ExistenceCheck,
  type Request,
  type Response,
  type SpecialPaths,
} from '../logical/index.ts';
import { systemClock, type WallClock } from '../support/clock.ts';
import { silentLogger, type Logger } from '../support/logger.ts';
import { fieldData } from './field-data.ts';
import { FieldError, type FieldMap } from './fields/field.ts';
import { helpResponse } from './help-response.ts';
import type { PathContext, PathDefinition, PathOperation } from './path.ts';
import { handleRollback, type Periodic } from './rollback.ts';
import { findRoute, type Route } from './router.ts';
import type { WalRollback } from './wal.ts';
import { withWarnings } from './warnings.ts';

export interface BackendOptions {
  /** `path-help` of the mount. */
  readonly help: string;
  /** Tried in this order; the first whose pattern matches serves the request. */
  readonly paths: readonly PathDefinition[];
  readonly specialPaths?: SpecialPaths;
  readonly initialize?: (context: BackendContext) => Promise<void>;
  /** Called by the server's tick, every minute, where this node may write. */
  readonly periodic?: Periodic;
  readonly wal?: WalRollback;
  /** A record was changed by somebody else. */
  readonly invalidate?: (key: string) => void;
  /** See {@link Backend.cleanup}. */
  readonly cleanup?: (context: BackendContext | undefined) => Promise<void>;
  /** @default the machine's clock */
  readonly clock?: WallClock;
  /** Told of WAL entries that could not be rolled back, which a server does not say. @default a silent one */
  readonly logger?: Logger;
}

/** Operations that a node which may only read leaves to the active one. */
const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete']);

/** Makes a backend from paths (Vault: `framework.Backend`). */
export function createBackend(options: BackendOptions): Backend {
  const { paths, specialPaths = {}, periodic, wal, clock = systemClock, logger = silentLogger } = options;

  const handle = async (request: Request): Promise<Response | undefined> => {
    const { operation, path } = request;
    // A secrets engine without leases has nothing to renew or revoke.
    if (operation === 'renew' || operation === 'revoke') throw unsupportedOperation();
    if (operation === 'rollback') return handleRollback({ periodic, wal, clock, logger }, request);
    const help = { text: options.help, specialPaths };
    if (path === '' && operation === 'help') return helpResponse(help, paths, request);
    const route = findRoute(paths, path);
    if (!route) throw unsupportedPath();
    if (operation === 'help') return withWarnings(await helpResponse(help, route.path, request), request.data, route);
    const { operations } = route.path;
    // The name comes from the wire: `constructor` is no operation.
    const definition = Object.hasOwn(operations, operation) ? operations[operation as PathOperation] : undefined;
    if (!definition) throw unsupportedOperation();
    if (WRITES.has(operation) && definition.readOnly !== true) {
      // Before a handler has read anything: on a standby, what storage holds may be behind, and an answer made from it
      // (`not found`, or that there is nothing to delete) would stand.
      await requireWritable(request.system, request.signal);
    }
    const context = pathContext(request, route, 'Field validation failed: ');
    return withWarnings(await definition.handler(context), request.data, route);
  };

  return {
    specialPaths,
    initialize: async (context) => options.initialize?.(context),
    async handleRequest(request) {
      try {
        return await handle(request);
      } catch (error) {
        if (isUserError(error)) return errorResponse(error.message);
        throw error;
      }
    },
    async handleExistenceCheck(request): Promise<ExistenceCheck> {
      const { operation, path } = request;
      if (operation !== 'create' && operation !== 'update') {
        throw codedError(400, `incorrect operation type ${operation} for an existence check`);
      }
      const route = findRoute(paths, path);
      if (!route) throw unsupportedPath();
      const { existenceCheck } = route.path;
      if (!existenceCheck) return { found: false, exists: false };
      // Also where this node may only read, whose storage may be behind: a server forwards no request for an error here.
      // It then checks the caller's policies against this answer, and those of the active node decide.
      return { found: true, exists: await existenceCheck(pathContext(request, route, '')) };
    },
    invalidateKey: (key) => options.invalidate?.(key),
    cleanup: async (context) => options.cleanup?.(context),
  };
}

/** No path has a tenth as many; each costs time, although all but those of the path are left aside. */
const MOST_PARAMETERS = 1000;

/** @throws {BackendError} user_error when a field cannot be converted, its text after `prefix` */
function pathContext(request: Request, { path, captures }: Route, prefix: string): PathContext<FieldMap> {
  const { storage, system, signal } = request;
  const sent = Object.keys(request.data).length;
  if (sent > MOST_PARAMETERS && path.takesArbitraryInput !== true) {
    throw userError(`the request has ${sent} parameters: at most ${MOST_PARAMETERS} are taken`);
  }
  try {
    const data = fieldData(path.fields, { ...request.data, ...captures });
    return { request, storage, system, signal, data };
  } catch (error) {
    if (error instanceof FieldError) throw userError(`${prefix}${error.message}`, error);
    throw error;
  }
}
