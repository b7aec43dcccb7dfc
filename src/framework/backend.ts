import {
  BackendError,
  codedError,
  errorResponse,
  isReadOnlyError,
  unsupportedOperation,
  unsupportedPath,
  type Backend,
  type BackendContext,
  type ExistenceCheck,
  type Request,
  type Response,
  type SpecialPaths,
} from '../logical/index.ts';
import type { Clock } from '../support/clock.ts';
import { fieldData } from './field-data.ts';
import type { FieldMap } from './fields/field.ts';
import { pathHelp, rootHelp } from './help-text.ts';
import { openApiDocument } from './openapi/document.ts';
import type { PathContext, PathDefinition, PathOperation } from './path.ts';
import { handleRollback } from './rollback.ts';
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
  readonly periodic?: (context: BackendContext & { readonly immediate: boolean }) => Promise<void>;
  readonly wal?: WalRollback;
  /** A record was changed by somebody else. */
  readonly invalidate?: (key: string) => void;
  readonly cleanup?: () => Promise<void>;
  readonly clock: Clock;
}

/** Makes a backend from paths (Vault: `framework.Backend`). */
export function createBackend(options: BackendOptions): Backend {
  const { paths, specialPaths = {} } = options;
  const rollback = { periodic: options.periodic, wal: options.wal, clock: options.clock };

  const handle = async (request: Request): Promise<Response | undefined> => {
    const { operation, path } = request;
    // A secrets engine without leases has nothing to renew or revoke.
    if (operation === 'renew' || operation === 'revoke') throw unsupportedOperation();
    if (operation === 'rollback') return handleRollback(rollback, request);
    if (path === '' && operation === 'help') return rootHelpResponse(options, request);
    const route = findRoute(paths, path);
    if (!route) throw unsupportedPath();
    if (operation === 'help') return pathHelpResponse(route.path, specialPaths, request);
    const definition = route.path.operations[operation as PathOperation];
    if (!definition) throw unsupportedOperation();
    const response = await definition.handler(pathContext(request, route));
    return withWarnings(response, route.path, request.data, route.captures);
  };

  return {
    specialPaths,
    initialize: async (context) => options.initialize?.(context),
    async handleRequest(request) {
      try {
        return await handle(request);
      } catch (error) {
        if (error instanceof BackendError && error.kind === 'user_error' && !isReadOnlyError(error.cause)) {
          return errorResponse(error.message);
        }
        throw error;
      }
    },
    async handleExistenceCheck(request): Promise<ExistenceCheck> {
      const { operation } = request;
      if (operation !== 'create' && operation !== 'update') {
        throw codedError(400, `incorrect operation type ${operation} for an existence check`);
      }
      const route = findRoute(paths, request.path);
      if (!route) throw unsupportedPath();
      if (!route.path.existenceCheck) return { found: false, exists: false };
      return { found: true, exists: await route.path.existenceCheck(pathContext(request, route)) };
    },
    invalidateKey: (key) => options.invalidate?.(key),
    cleanup: async () => options.cleanup?.(),
  };
}

interface Route {
  readonly path: PathDefinition;
  readonly captures: Readonly<Record<string, string>>;
}

function findRoute(paths: readonly PathDefinition[], requested: string): Route | undefined {
  for (const path of paths) {
    const match = path.regex.exec(requested);
    if (match) return { path, captures: captured(match.groups ?? {}) };
  }
  return undefined;
}

// A group that took no part in the match is not there, which is not the same as empty.
function captured(groups: Record<string, string | undefined>): Record<string, string> {
  const captures: Record<string, string> = {};
  for (const [name, value] of Object.entries(groups)) if (value !== undefined) captures[name] = value;
  return captures;
}

function pathContext(request: Request, { path, captures }: Route): PathContext<FieldMap> {
  const { storage, system, signal } = request;
  return { request, storage, system, signal, data: fieldData(path.fields, { ...request.data, ...captures }) };
}

async function rootHelpResponse(options: BackendOptions, request: Request): Promise<Response> {
  const prefix = request.data['requestResponsePrefix'];
  return {
    data: {
      help: rootHelp(options.help, options.paths),
      see_also: null,
      openapi: openApiDocument(options.paths, {
        requestResponsePrefix: typeof prefix === 'string' ? prefix : '',
        specialPaths: options.specialPaths ?? {},
        serverVersion: await serverVersion(request),
      }),
    },
  };
}

async function pathHelpResponse(path: PathDefinition, specialPaths: SpecialPaths, request: Request): Promise<Response> {
  const context = { requestResponsePrefix: '', specialPaths, serverVersion: await serverVersion(request) };
  return {
    data: {
      help: pathHelp(request.path, path),
      see_also: null,
      openapi: openApiDocument([path], context),
    },
  };
}

// Help is to be had even where the server does not tell its version.
async function serverVersion({ system, signal }: Request): Promise<string> {
  return system.serverVersion(signal).catch(() => '');
}
