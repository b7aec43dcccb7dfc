import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { silentLogger } from '../support/logger.ts';
import type { Backend, BackendConfig, BackendFactory, Operation, Request, Response } from './backend.ts';
import { inMemoryStorage } from './in-memory-storage.ts';
import { noEvents } from './events.ts';
import type { JsonObject } from './json.ts';
import type { Storage } from './storage.ts';
import { ReplicationState, type SystemView } from './system-view.ts';

/** The active node of a Community server: it may write. */
export const activeNode: SystemView = {
  replicationState: async () => ReplicationState.drDisabled | ReplicationState.performanceDisabled,
  localMount: async () => false,
  tainted: async () => false,
  cachingDisabled: async () => false,
  serverVersion: async () => '1.21.1',
};

/** A mount in this process, for tests and tools: the backend, driven as a server drives it. */
export interface InMemoryMount {
  readonly backend: Backend;
  /** Sends a request. @throws what the server would turn into a status other than 400 */
  request(operation: Operation, path: string, data?: JsonObject, signal?: AbortSignal): Promise<Response | undefined>;
  /** Sends a write: the existence check first, then create or update. @throws as {@link InMemoryMount.request} */
  write(path: string, data?: JsonObject, signal?: AbortSignal): Promise<Response | undefined>;
}

export interface InMemoryMountOptions extends Partial<BackendConfig> {
  /** @default an empty one in memory */
  readonly storage?: Storage;
  /** @default {@link activeNode} */
  readonly system?: SystemView;
}

/** Makes a backend and initializes it, without a server. */
export async function mountInMemory(
  factory: BackendFactory,
  options: InMemoryMountOptions = {},
): Promise<InMemoryMount> {
  const { storage = inMemoryStorage(), system = activeNode, ...config } = options;
  const defaults: BackendConfig = { backendUUID: randomUUID(), options: {}, logger: silentLogger, events: noEvents };
  const backend = await factory({ ...defaults, ...config });
  const never = new AbortController().signal;
  setMaxListeners(0, never);
  await backend.initialize({ storage, system, signal: never });

  const requestOf = (operation: Operation, path: string, data: JsonObject, signal: AbortSignal): Request => ({
    id: randomUUID(),
    operation,
    path,
    data,
    mountPoint: 'mount/',
    displayName: 'root',
    entityId: '',
    headers: {},
    storage,
    system,
    signal,
  });
  const request: InMemoryMount['request'] = (operation, path, data = {}, signal = never) =>
    backend.handleRequest(requestOf(operation, path, data, signal));
  return {
    backend,
    request,
    async write(path, data = {}, signal = never) {
      const { found, exists } = await backend.handleExistenceCheck(requestOf('update', path, data, signal));
      return request(found && !exists ? 'create' : 'update', path, data, signal);
    },
  };
}
