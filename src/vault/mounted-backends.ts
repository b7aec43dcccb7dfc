import { status, Metadata } from '@grpc/grpc-js';
import type { Broker } from '../goplugin/broker.ts';
import { describeFault } from '../goplugin/fault.ts';
import type { HostConnection } from '../goplugin/host-connection.ts';
import { RpcError } from '../goplugin/rpc-error.ts';
import type { Backend, BackendContext, BackendFactory, Storage, SystemView } from '../logical/index.ts';
import type { Logger } from '../support/logger.ts';
import type { SetupArgs__Output } from './generated/pb/SetupArgs.ts';
import { storageClient } from './storage-client.ts';
import { systemViewClient } from './system-view-client.ts';
import type { VaultServices } from './wire.ts';

/** One mount that this process serves. */
export interface MountedBackend {
  readonly backend: Backend;
  readonly system: SystemView;
  /** The mount's storage, for a call with this metadata. */
  storageFor(metadata: Metadata): Storage;
}

/** The mounts of this process; the server tells them apart by `multiplex_id`, which each call carries. */
export interface MountedBackends {
  /**
   * Connects back to the server and makes the backend, in the place of any that has the same id.
   *
   * @throws {RpcError} when the connection cannot be made
   * @throws the signal's reason, when the server has given up meanwhile; whatever the factory throws
   */
  setup(args: SetupArgs__Output, metadata: Metadata, signal: AbortSignal): Promise<void>;
  /** @throws {RpcError} `no backend instance found` */
  find(metadata: Metadata): MountedBackend;
  /** Ends a mount and closes its connection; one that is not there is already ended. */
  cleanup(call: CleanupCall): Promise<void>;
  /** Ends all mounts as the process ends. */
  cleanupAll(): Promise<void>;
}

/** A call that ends a mount. */
export interface CleanupCall {
  readonly metadata: Metadata;
  /** Aborted when the server does not wait any longer; undefined where the mount may not ask the server anything. */
  readonly signal: AbortSignal | undefined;
}

/** Id of the one mount of a process that is not multiplexed (protocol 3 and 4). */
const SINGLE = 'single';

/** Metadata by which newer servers point a request at a snapshot of the storage, or at a state of an index. */
const STORAGE_METADATA = ['snapshot_id', 'index_state_cluster_id', 'index_state_local', 'index_state_replicated'];

interface OpenBackend extends MountedBackend {
  readonly connection: HostConnection;
}

/** Makes the registry of mounts; it is empty until the server sets one up. */
export function mountedBackends(
  broker: Broker,
  services: VaultServices,
  factory: BackendFactory,
  logger: Logger,
): MountedBackends {
  const byId = new Map<string, OpenBackend>();

  const end = (id: string, call?: CleanupCall): Promise<void> => {
    const mount = byId.get(id);
    byId.delete(id);
    return close(mount, call);
  };
  const close = async (mount: OpenBackend | undefined, call?: CleanupCall): Promise<void> => {
    if (!mount) return;
    try {
      await mount.backend.cleanup(call && contextOf(mount, call));
    } finally {
      // Before the answer: the server waits for this connection to end.
      mount.connection.close();
    }
  };
  /** Waits for the end of a backend that another one follows, and that cannot be helped if it ends badly. */
  const replaced = async (ended: Promise<void>): Promise<void> => {
    await ended.catch((error: unknown) => {
      logger.warn('the clean-up of a replaced mount failed', describeFault(error));
    });
  };

  return {
    async setup(args, metadata, signal) {
      const id = idOf(metadata);
      await replaced(end(id));
      const connection = await broker.connect(args.broker_id);
      let rival: OpenBackend | undefined;
      try {
        // Nobody would ever clean the mount up.
        signal.throwIfAborted();
        const backend = await factory({ backendUUID: args.backendUUID, options: args.Config, logger });
        if (signal.aborted) {
          await replaced(backend.cleanup(undefined));
          signal.throwIfAborted();
        }
        rival = byId.get(id);
        byId.set(id, openBackend(backend, connection, services));
      } catch (error) {
        connection.close();
        throw error;
      }
      // Set up by another call while this one was waiting for its connection.
      await replaced(close(rival));
    },
    find(metadata) {
      const mount = byId.get(idOf(metadata)) ?? byId.get(SINGLE);
      if (!mount) throw new RpcError(status.UNKNOWN, 'no backend instance found');
      return mount;
    },
    cleanup: (call) => end(idOf(call.metadata), call),
    async cleanupAll() {
      const results = await Promise.allSettled([...byId.keys()].map((id) => end(id)));
      const failed = results.filter((result) => result.status === 'rejected');
      if (failed.length > 0) throw new AggregateError(failed.map((result): unknown => result.reason));
    },
  };
}

function contextOf(mount: OpenBackend, { metadata, signal }: CleanupCall): BackendContext | undefined {
  return signal && { storage: mount.storageFor(metadata), system: mount.system, signal };
}

function openBackend(backend: Backend, connection: HostConnection, services: VaultServices): OpenBackend {
  const storage = storageClient(connection, services.storage);
  return {
    backend,
    connection,
    system: systemViewClient(connection, services.systemView),
    storageFor(metadata) {
      const passed = passedOn(metadata);
      return passed ? storageClient(connection, services.storage, passed) : storage;
    },
  };
}

function idOf(metadata: Metadata): string {
  return metadata.get('multiplex_id')[0]?.toString() ?? SINGLE;
}

function passedOn(metadata: Metadata): Metadata | undefined {
  let passed: Metadata | undefined;
  for (const key of STORAGE_METADATA) {
    const [value] = metadata.get(key);
    if (value === undefined) continue;
    passed ??= new Metadata();
    passed.set(key, value);
  }
  return passed;
}
