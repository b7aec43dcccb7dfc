import { inMemoryStorage, type InMemoryStorage } from '../../src/logical/index.ts';
import { startKms, type Kms } from '../../dev/aws-kms/kms.ts';
import { wrappingKeyRing } from '../../dev/aws-kms/wrapping-keys.ts';
import { startHost, type Host } from '../support/host/start-host.ts';
import type { HostReply, MountedBackend } from '../support/host/mounted-backend.ts';
import { newGate, type Gate } from './gate.ts';

/** The eleven permissions of Vault's documentation. */
export const DOCUMENTED_PERMISSIONS = [
  'CreateKey',
  'GetParametersForImport',
  'ImportKeyMaterial',
  'EnableKey',
  'DisableKey',
  'ScheduleKeyDeletion',
  'CreateAlias',
  'UpdateAlias',
  'DeleteAlias',
  'ListAliases',
  'TagResource',
];

export const REGION = 'us-west-1';
const MOUNT_UUID = '1c9e5b8e-0000-4000-8000-00000000c0de';
const ACCESS_KEY = { accessKeyId: 'AKIACRASHTEST', secretAccessKey: 'crash-test-secret' };

const wrappingKeys = wrappingKeyRing();

/** A server's storage and a cloud that outlive the plugin, and the plugin as a process that can be killed. */
export interface World {
  readonly storage: InMemoryStorage;
  readonly kms: Kms;
  readonly gate: Gate;
  /** A write as the server makes it: existence check, then create or update. @throws {Error} for an error answer */
  write(path: string, data?: object): Promise<void>;
  remove(path: string): Promise<void>;
  /** The rollback tick, immediate. */
  tick(): Promise<void>;
  /** Ends the plugin with SIGKILL; what it was asked is never answered. */
  kill(): void;
  /** Starts the plugin anew over the same storage. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** @param allow IAM actions; undefined allows all */
export async function newWorld(plugin: string, allow: readonly string[] | undefined): Promise<World> {
  const kms = await startKms({ accessKeys: [{ ...ACCESS_KEY, ...(allow && { allow }) }], wrappingKeys });
  const storage = inMemoryStorage();
  const gate = newGate();
  gate.watch(kms);
  const start = async (): Promise<{ host: Host; mount: MountedBackend }> => {
    const host = await startHost({ command: plugin });
    const mount = await host.mount({ storage: gate.storage(storage), uuid: MOUNT_UUID });
    await mount.initialize();
    return { host, mount };
  };
  let running = await start();

  const send = async (operation: string, path: string, data?: object): Promise<void> => {
    succeed(path, await running.mount.handleRequest({ operation, path, data }));
  };
  const world: World = {
    storage,
    kms,
    gate,
    async write(path, data = {}) {
      const { found, exists } = await running.mount.existenceCheck({ path, data });
      await send(found && !exists ? 'create' : 'update', path, data);
    },
    remove: (path) => send('delete', path),
    tick: () => send('rollback', '', { immediate: true }),
    kill() {
      running.host.plugin.kill('SIGKILL');
    },
    async restart() {
      await running.host.kill();
      running = await start();
    },
    async close() {
      await running.host.close();
      await kms.close();
    },
  };
  await world.write('kms/aws', {
    provider: 'awskms',
    key_collection: REGION,
    credentials: { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey, endpoint: kms.url },
  });
  return world;
}

function succeed(path: string, { response, error }: HostReply): void {
  const text = error?.message ?? (response?.data as { error?: string } | null | undefined)?.error;
  if (text !== undefined) throw new Error(`${path}: ${text}`);
}
