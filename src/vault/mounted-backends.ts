import { status, Metadata } from '@grpc/grpc-js';
import type { Broker } from '../goplugin/broker.ts';
import { describeFault } from '../goplugin/fault.ts';
import type { HostConnection } from '../goplugin/host-connection.ts';
import { RpcError } from '../goplugin/rpc-error.ts';
import type { Backend, BackendContext, BackendFactory, Storage, SystemView } from '../logical/index.ts';
import type { Timer } from '../support/budget.ts';
import type { WallClock } from '../support/clock.ts';
import type { Logger } from '../support/logger.ts';
import type { SetupArgs__Output } from './generated/pb/SetupArgs.ts';
import { eventsClient, type EventsClient } from './events-client.ts';
import { storageClient } from './storage-client.ts';
import { systemViewClient } from './system-view-client.ts';
import type { VaultServices } from './wire.ts';

/** The backend of one mount, with the storage and system view of that mount. */
export interface MountedBackend {
  readonly backend: Backend;
  readonly system: SystemView;
  /** The mount's storage, for a call with this metadata. */
  storageFor(metadata: Metadata): Storage;
}

/** The mounted backends of this process, by the `multiplex_id` in the metadata of each call. */
export interface MountedBackends {
  /**
   * Connects back to the server and creates the backend; replaces one with the same ID.
   *
   * @throws {RpcError} when the connection cannot be made
   * @throws the signal's reason, when the server has given up meanwhile; whatever the factory throws
   */
  setup(args: SetupArgs__Output, metadata: Metadata, signal: AbortSignal): Promise<void>;
  /** @throws {RpcError} `no backend instance found` */
  find(metadata: Metadata): MountedBackend;
  /** Cleans up a backend and closes its connection; does nothing if there is none. */
  cleanup(call: CleanupCall): Promise<void>;
  /** Cleans up all backends when the process ends. */
  cleanupAll(): Promise<void>;
}

/** The `Cleanup` call of a mounted backend. */
export interface CleanupCall {
  readonly metadata: Metadata;
  /** Aborted when the server no longer waits; undefined if the backend must not call the server. */
  readonly signal: AbortSignal | undefined;
}

/** ID of the only backend of a process that is not multiplexed (protocol 3 and 4). */
const SINGLE = 'single';

/** Metadata by which newer servers select a storage snapshot or an index state for a request. */
const STORAGE_METADATA = ['snapshot_id', 'index_state_cluster_id', 'index_state_local', 'index_state_replicated'];

interface OpenBackend extends MountedBackend {
  readonly connection: HostConnection;
  readonly events: EventsClient;
}

export interface MountedBackendsOptions {
  readonly broker: Broker;
  readonly services: VaultServices;
  readonly factory: BackendFactory;
  readonly logger: Logger;
  readonly clock: WallClock;
  readonly timer: Timer;
  /** Makes the id of an event (UUID). */
  readonly newEventId: () => string;
}

/** Creates the registry of mounted backends, which is empty until the server sets one up. */
export function mountedBackends(options: MountedBackendsOptions): MountedBackends {
  const { broker, services, factory, logger, clock, timer, newEventId } = options;
  const byId = new Map<string, OpenBackend>();

  const end = (id: string, call?: CleanupCall): Promise<void> => {
    const mounted = byId.get(id);
    byId.delete(id);
    return close(mounted, call);
  };
  const close = async (mounted: OpenBackend | undefined, call?: CleanupCall): Promise<void> => {
    if (!mounted) return;
    try {
      await mounted.backend.cleanup(call && contextOf(mounted, call));
    } finally {
      await mounted.events.end(call?.signal);
      // Closed before responding: the server waits for this connection to close.
      mounted.connection.close();
    }
  };
  /** Waits for the cleanup of a replaced backend. A failure is logged only, because the new backend takes its place. */
  const replaced = async (ended: Promise<void>): Promise<void> => {
    await ended.catch((error: unknown) => {
      logger.warn('cleanup of a replaced mount failed', describeFault(error));
    });
  };

  return {
    async setup(args, metadata, signal) {
      const id = idOf(metadata);
      await replaced(end(id));
      const connection = await broker.connect(args.broker_id);
      const events = eventsClient({ connection, service: services.events, logger, timer, newId: newEventId });
      let rival: OpenBackend | undefined;
      try {
        // The server would never clean up this backend.
        signal.throwIfAborted();
        const backend = await factory({ backendUUID: args.backendUUID, options: args.Config, logger, events });
        if (signal.aborted) {
          await replaced(backend.cleanup(undefined));
          signal.throwIfAborted();
        }
        rival = byId.get(id);
        byId.set(id, openBackend(backend, { connection, events, services, clock }));
      } catch (error) {
        await events.end(undefined);
        connection.close();
        throw error;
      }
      // Set up by another call while this one was waiting for its connection.
      await replaced(close(rival));
    },
    find(metadata) {
      const mounted = byId.get(idOf(metadata)) ?? byId.get(SINGLE);
      if (!mounted) throw new RpcError(status.UNKNOWN, 'no backend instance found');
      return mounted;
    },
    cleanup: (call) => end(idOf(call.metadata), call),
    async cleanupAll() {
      const results = await Promise.allSettled([...byId.keys()].map((id) => end(id)));
      const failed = results.filter((result) => result.status === 'rejected');
      if (failed.length > 0) throw new AggregateError(failed.map((result): unknown => result.reason));
    },
  };
}

function contextOf(mounted: OpenBackend, { metadata, signal }: CleanupCall): BackendContext | undefined {
  return signal && { storage: mounted.storageFor(metadata), system: mounted.system, signal };
}

interface OpenConnection {
  readonly connection: HostConnection;
  readonly events: EventsClient;
  readonly services: VaultServices;
  readonly clock: WallClock;
}

function openBackend(backend: Backend, { connection, events, services, clock }: OpenConnection): OpenBackend {
  const storage = storageClient(connection, services.storage);
  return {
    backend,
    connection,
    events,
    system: systemViewClient(connection, services.systemView, clock),
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
