import { randomUUID } from 'node:crypto';
import { generateKey, type KeyGenerator } from '../../src/crypto/generate-key.ts';
import { keymgmtFactory } from '../../src/keymgmt/backend.ts';
import {
  BackendError,
  inMemoryStorage,
  ReplicationState,
  type Backend,
  type InMemoryStorage,
  type JsonObject,
  type Operation,
  type Response,
  type Storage,
  type SystemView,
} from '../../src/logical/index.ts';
import type { KmsDrivers } from '../../src/providers/port.ts';
import { systemClock, type Clock } from '../../src/support/clock.ts';
import { silentLogger, type Logger } from '../../src/support/logger.ts';

/** A server of Community edition: it may write. */
export const activeNode: SystemView = {
  replicationState: async () => ReplicationState.drDisabled | ReplicationState.performanceDisabled,
  localMount: async () => false,
  serverVersion: async () => '1.21.1',
};

export interface EngineOptions {
  readonly drivers: KmsDrivers;
  readonly storage?: Storage;
  readonly system?: SystemView;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly generateKey?: KeyGenerator;
  readonly newAttempt?: () => string;
}

/** A mount in this process: the real backend over some storage, driven as the server drives it. */
export interface Engine {
  readonly backend: Backend;
  /** Sends a request; a BackendError of kind `coded` and the like is thrown. */
  request(operation: Operation, path: string, data?: JsonObject, signal?: AbortSignal): Promise<Response | undefined>;
  /** Sends a write the way the server does: existence check first, then create or update. */
  write(path: string, data?: JsonObject, signal?: AbortSignal): Promise<Response | undefined>;
  /** Data of a read; undefined for 404. */
  read(path: string): Promise<JsonObject | undefined>;
  /** The text of the error that a request ends with, whatever its status; undefined when it succeeds. */
  errorOf(answer: Promise<Response | undefined>): Promise<string | undefined>;
  /** The rollback tick. */
  tick(immediate?: boolean): Promise<void>;
}

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const storage = options.storage ?? inMemoryStorage();
  const system = options.system ?? activeNode;
  const factory = keymgmtFactory({
    drivers: options.drivers,
    generateKey: options.generateKey ?? generateKey,
    newAttempt: options.newAttempt ?? randomUUID,
    clock: options.clock ?? systemClock,
    logger: options.logger ?? silentLogger,
  });
  const backend = await factory({ backendUUID: '5f4dd6a8-0000-4000-8000-000000000001', options: {} });
  await backend.initialize({ storage, system, signal: new AbortController().signal });
  const requestOf = (
    operation: string,
    path: string,
    data: JsonObject,
    signal: AbortSignal,
  ): Parameters<Backend['handleRequest']>[0] => ({
    id: randomUUID(),
    operation,
    path,
    data,
    mountPoint: 'keymgmt/',
    displayName: 'root',
    entityId: '',
    headers: {},
    storage,
    system,
    signal,
  });
  const never = new AbortController().signal;
  const engine: Engine = {
    backend,
    request: (operation, path, data = {}, signal = never) =>
      backend.handleRequest(requestOf(operation, path, data, signal)),
    async write(path, data = {}, signal = never) {
      const check = await backend.handleExistenceCheck(requestOf('update', path, data, signal));
      return engine.request(check.found && !check.exists ? 'create' : 'update', path, data, signal);
    },
    read: async (path) => (await engine.request('read', path))?.data,
    async errorOf(answer) {
      try {
        const error = (await answer)?.data?.['error'];
        return typeof error === 'string' ? error : undefined;
      } catch (error) {
        if (error instanceof BackendError) return error.message;
        throw error;
      }
    },
    async tick(immediate = true) {
      await engine.request('rollback', '', immediate ? { immediate: true } : {});
    },
  };
  return engine;
}

export { inMemoryStorage, type InMemoryStorage };
