import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { InMemoryStorage } from '../../src/logical/index.ts';
import { allowing } from '../support/allowing.ts';
import { fileStorage } from '../support/file-storage.ts';
import { startHost, type Host } from '../support/host/start-host.ts';
import type { HostReply, MountedBackend } from '../support/host/mounted-backend.ts';
import type { CrashCloud } from './cloud.ts';
import { newGate, type Gate } from './gate.ts';
import type { KmsChild, RemoteKms } from './kms-child.ts';

/** The name of the KMS provider. */
export const KMS = 'cloud';
const MOUNT_UUID = '1c9e5b8e-0000-4000-8000-00000000c0de';

/** What all worlds stand on. */
export interface Ground {
  /** Path of the bundled plugin. */
  readonly plugin: string;
  readonly cloud: CrashCloud;
  readonly kms: KmsChild;
  /** Where worlds keep their storage. */
  readonly folder: string;
}

/**
 * A plugin that can be killed, and what outlives it: a server's storage, on disk, and a cloud, in another process. The
 * server itself is this process; nothing that it remembers reaches the next plugin.
 */
export interface World {
  readonly storage: InMemoryStorage;
  readonly cloud: CrashCloud;
  readonly kms: RemoteKms;
  readonly gate: Gate;
  /** A write as the server makes it: existence check, then create or update. @throws {Error} for an error answer */
  write(path: string, data?: object): Promise<void>;
  remove(path: string): Promise<void>;
  /** The rollback tick, immediate. */
  tick(): Promise<void>;
  /** Ends the plugin with SIGKILL, and resolves when it is gone; what it was asked is never answered. */
  kill(): Promise<void>;
  /** Starts the plugin anew over what is on disk. */
  restart(): Promise<void>;
  /** @throws {Error} when the plugin has let out a secret, as {@link World.restart} does */
  close(): Promise<void>;
}

/** @param allow permissions; undefined allows all */
export async function newWorld(ground: Ground, allow: readonly string[] | undefined): Promise<World> {
  const gate = newGate();
  const kms = await ground.kms.open(gate, allow);
  const journal = join(ground.folder, randomUUID());
  let storage = await fileStorage(journal);
  const start = async (): Promise<{ host: Host; mount: MountedBackend }> => {
    const host = await startHost({ command: ground.plugin, env: allowing(...kms.address.origins) });
    const mount = await host.mount({ storage: gate.storage(storage), uuid: MOUNT_UUID });
    await mount.initialize();
    return { host, mount };
  };
  let running = await start();

  const send = async (operation: string, path: string, data?: object): Promise<void> => {
    succeed(path, await running.mount.handleRequest({ operation, path, data }));
  };
  const world: World = {
    get storage() {
      return storage;
    },
    cloud: ground.cloud,
    kms,
    gate,
    async write(path, data = {}) {
      const { found, exists } = await running.mount.existenceCheck({ path, data });
      await send(found && !exists ? 'create' : 'update', path, data);
    },
    remove: (path) => send('delete', path),
    tick: () => send('rollback', '', { immediate: true }),
    async kill() {
      running.host.plugin.kill('SIGKILL');
      await running.host.plugin.exited;
    },
    async restart() {
      await running.host.kill();
      await storage.close();
      storage = await fileStorage(journal);
      running = await start();
    },
    async close() {
      try {
        await running.host.close();
      } finally {
        await storage.close();
        await kms.close();
        await rm(journal);
      }
    },
  };
  await world.write(`kms/${KMS}`, kms.address.config);
  return world;
}

function succeed(path: string, { response, error }: HostReply): void {
  const text = error?.message ?? (response?.data as { error?: string } | null | undefined)?.error;
  if (text !== undefined) throw new Error(`${path}: ${text}`);
}
