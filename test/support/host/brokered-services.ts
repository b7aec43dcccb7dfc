import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { Server, type Metadata, type ServerCredentials } from '@grpc/grpc-js';
import { ReplicationState, StorageError, type Storage, type SystemView } from '../../../src/logical/index.ts';
import type { SendEventRequest__Output } from '../../../src/vault/generated/pb/SendEventRequest.ts';
import type { VaultServices } from '../../../src/vault/wire.ts';
import { answer } from './rpc.ts';

/** What the host serves to one mount over the broker. */
export interface BrokeredServices {
  /** Path of the unix socket. */
  readonly path: string;
  /** Full names of the methods that the plugin has called, in order. */
  readonly calls: readonly string[];
  /** What the mount has told subscribers, in order. */
  readonly events: readonly SentEvent[];
  /** Metadata of the last storage call. */
  lastMetadata(): Metadata | undefined;
  close(): void;
}

/** An event as subscribers would see it. */
export interface SentEvent {
  readonly id: string;
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface BrokeredOptions {
  readonly wire: VaultServices;
  readonly credentials: ServerCredentials;
  /** Undefined as while a plugin is registered: each call fails with the server's text. */
  readonly storage: Storage | undefined;
  readonly system: Partial<SystemView>;
  /** Whether there are events: Vault since 1.13. */
  readonly takesEvents: boolean;
}

const REGISTERING = 'missing storage implementation: this method should not be called during plugin Setup';

/** A system view as a Community server shows it. */
const COMMUNITY: SystemView = {
  replicationState: async () => ReplicationState.performanceDisabled | ReplicationState.drDisabled,
  localMount: async () => false,
  tainted: async () => false,
  cachingDisabled: async () => false,
  serverVersion: async () => '1.21.1',
};

/** Serves storage and system view on a new unix socket. */
export async function serveBrokered(options: BrokeredOptions): Promise<BrokeredServices> {
  const { wire, credentials } = options;
  const system = { ...COMMUNITY, ...options.system };
  const calls: string[] = [];
  const events: SentEvent[] = [];
  let lastMetadata: Metadata | undefined;
  const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });

  const stored = <Request, Reply>(name: string, work: (storage: Storage, request: Request) => Promise<Reply>) =>
    answer(async (request: Request, metadata): Promise<Reply | { err: string }> => {
      calls.push(name);
      lastMetadata = metadata;
      if (!options.storage) throw new Error(REGISTERING);
      return work(options.storage, request).catch((error: unknown) => {
        if (error instanceof StorageError) return { err: error.message };
        throw error;
      });
    });
  const viewed = <Reply>(name: string, work: () => Promise<Reply>) =>
    answer(async (): Promise<Reply> => {
      calls.push(name);
      return work();
    });

  server.addService(wire.storage, {
    Get: stored('Get', async (storage, { key }: { key: string }) => {
      const entry = await storage.get(key);
      return { entry: entry && { key: entry.key, value: entry.value, seal_wrap: entry.sealWrap ?? false } };
    }),
    Put: stored('Put', async (storage, { entry }: { entry: { key: string; value: Buffer; seal_wrap: boolean } }) => {
      await storage.put({ key: entry.key, value: entry.value, sealWrap: entry.seal_wrap });
      return {};
    }),
    Delete: stored('Delete', async (storage, { key }: { key: string }) => {
      await storage.delete(key);
      return {};
    }),
    List: stored('List', async (storage, { prefix }: { prefix: string }) => ({ keys: await storage.list(prefix) })),
  });
  server.addService(wire.systemView, {
    ReplicationState: viewed('ReplicationState', async () => ({ state: await system.replicationState() })),
    LocalMount: viewed('LocalMount', async () => ({ local: await system.localMount() })),
    Tainted: viewed('Tainted', async () => ({ tainted: await system.tainted() })),
    CachingDisabled: viewed('CachingDisabled', async () => ({ disabled: await system.cachingDisabled() })),
    // As a server does, it puts an error of its own in the answer.
    PluginEnv: viewed('PluginEnv', () =>
      system.serverVersion().then(
        (version) => ({ plugin_environment: { vault_version: version } }),
        (error: unknown) => ({ err: String(error) }),
      ),
    ),
  });

  if (options.takesEvents) {
    server.addService(wire.events, {
      SendEvent: answer(async ({ event_type, event }: SendEventRequest__Output) => {
        const fields = Object.entries(event?.metadata?.fields ?? {});
        const metadata = Object.fromEntries(
          fields.map(([name, { stringValue }]) => [name, stringValue ?? 'no string']),
        );
        events.push({ id: event?.id ?? '', type: event_type, metadata });
        return {};
      }),
    });
  }

  const path = join(tmpdir(), `host${randomBytes(6).toString('hex')}`);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${path}`, credentials, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
  return {
    path,
    calls,
    events,
    lastMetadata: () => lastMetadata,
    close: () => {
      server.forceShutdown();
      rmSync(path, { force: true });
    },
  };
}
