/** A small secrets engine for tests of the plugin server: it stores, echoes, waits, fails and crashes as it is told. */
import {
  BackendError,
  codedError,
  errorResponse,
  unsupportedOperation,
  unsupportedPath,
  userError,
  type Backend,
  type BackendConfig,
  type Request,
  type Response,
} from '../../src/logical/index.ts';
import type { Logger } from '../../src/support/logger.ts';
import { nodeProcess } from '../../src/goplugin/plugin-process.ts';
import { servePlugin } from '../../src/vault/serve.ts';

function echoBackend(config: BackendConfig): Backend {
  const { logger } = config;
  const invalidated: string[] = [];
  const slow: (() => void)[] = [];
  return {
    specialPaths: { root: ['root/*'], unauthenticated: ['open'], localStorage: ['wal/'], sealWrapStorage: ['key/'] },
    async initialize({ storage, signal }) {
      if (config.options['fail_initialize']) throw new Error(config.options['fail_initialize']);
      await storage.put({ key: 'initialized', value: Buffer.from(config.backendUUID) }, signal);
    },
    async handleRequest(request) {
      if (request.operation === 'rollback') return undefined;
      if (request.operation === 'help') return { data: { help: 'echo', see_also: null, openapi: {} } };
      if (request.path.startsWith('store/')) return storeRequest(request);
      if (request.path.startsWith('bound/')) return boundWrite(request, logger);
      return specialRequest(request, { config, invalidated, slow });
    },
    async handleExistenceCheck({ path, storage, signal }) {
      if (path === 'bad') throw userError('bad is not a name');
      if (!path.startsWith('store/')) return { found: false, exists: false };
      return { found: true, exists: (await storage.get(path, signal)) !== undefined };
    },
    invalidateKey: (key) => {
      invalidated.push(key);
      for (const resume of slow.splice(0)) resume();
    },
    cleanup: async (context) => {
      const tainted = context && (await context.system.tainted());
      logger.info('cleaned up', { uuid: config.backendUUID, tainted });
      if (config.options['fail_cleanup']) throw new Error(config.options['fail_cleanup']);
    },
  };
}

async function storeRequest({ operation, path, data, storage }: Request): Promise<Response | undefined> {
  const kind: string = operation;
  switch (kind) {
    case 'create':
    case 'update':
      await storage.put({ key: path, value: Buffer.from(JSON.stringify(data)), sealWrap: true });
      return undefined;
    case 'read': {
      const entry = await storage.get(path);
      return entry && { data: JSON.parse(Buffer.from(entry.value).toString()) as Record<string, string> };
    }
    case 'list':
      return { data: { keys: [...(await storage.list(path))] } };
    case 'delete':
      await storage.delete(path);
      return undefined;
    default:
      throw unsupportedOperation();
  }
}

/** A write that is bound to its request, as an engine's are. */
async function boundWrite({ path, storage, signal }: Request, logger: Logger): Promise<undefined> {
  signal.addEventListener('abort', () => {
    logger.info('aborted', { path });
  });
  await storage.put({ key: path, value: Buffer.of() }, signal);
  logger.info('written', { path });
}

interface Insides {
  readonly config: BackendConfig;
  readonly invalidated: readonly string[];
  /** Continues the requests that wait for an invalidation. */
  readonly slow: (() => void)[];
}

async function specialRequest(request: Request, { config, invalidated, slow }: Insides): Promise<Response> {
  const { logger } = config;
  const { path, data, system, signal } = request;
  switch (path) {
    case 'echo':
      return { data: { ...data, headers: { ...request.headers }, mount_point: request.mountPoint } };
    case 'request':
      return {
        data: {
          id: request.id,
          operation: request.operation,
          mount_point: request.mountPoint,
          display_name: request.displayName,
          entity_id: request.entityId,
          headers: { ...request.headers },
          data,
        },
      };
    case 'config':
      return { data: { uuid: config.backendUUID, options: { ...config.options }, invalidated: [...invalidated] } };
    case 'system':
      return {
        data: {
          version: await system.serverVersion(),
          local: await system.localMount(),
          state: await system.replicationState(),
        },
      };
    case 'warn':
      return { warnings: ['mind the gap'] };
    case 'big':
      return { data: { size: text(data['blob']).length, blob: data['blob'] } };
    case 'error-response':
      return errorResponse('told off');
    case 'throw':
      return fail(text(data['kind']), text(data['message']));
    case 'wait':
      logger.info('waiting');
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          logger.info('aborted');
          reject(signal.reason as Error);
        });
      });
      return {};
    case 'slow':
      logger.info('waiting');
      await new Promise<void>((resolve) => slow.push(resolve));
      return { data: { slow: true } };
    case 'crash':
      // Thrown where nothing can catch it.
      setImmediate(() => {
        throw new Error('crash on purpose');
      });
      await new Promise(() => undefined);
      return {};
    case 'reject':
      void Promise.reject(new Error('rejection on purpose'));
      return {};
    case 'noise':
      console.log('noise on stdout');
      process.stdout.write('more noise\n');
      console.error('noise on stderr');
      process.emitWarning('a warning');
      return {};
    default:
      throw unsupportedPath();
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function fail(kind: string, message: string): never {
  switch (kind) {
    case 'user_error':
    case 'unsupported_operation':
    case 'invalid_request':
    case 'permission_denied':
    case 'internal':
      throw new BackendError(kind, message);
    case 'coded':
      throw codedError(418, message);
    case 'mistake':
      throw new TypeError(message);
    case 'syntax':
      JSON.parse(message);
      throw new Error('unreachable');
    default:
      throw new Error(message);
  }
}

const own = nodeProcess();
await servePlugin({
  name: 'echo',
  factory: (config) => {
    if (config.options['fail_setup']) throw new Error(config.options['fail_setup']);
    return echoBackend(config);
  },
  load: async () => {
    if (own.env['ECHO_LOAD'] === 'fail') throw new Error('a part cannot be read');
  },
  version: own.env['ECHO_VERSION'] ?? '',
  process: own.env['ECHO_NETWORK'] === 'tcp' ? { ...own, platform: 'win32' } : own,
});
