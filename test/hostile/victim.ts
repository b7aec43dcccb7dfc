import { randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, expect } from 'vitest';
import { knownSecrets, type KnownSecrets } from '../../dev/secrecy/known-secrets.ts';
import { waitUntil } from '../../dev/servers/wait-until.ts';
import { inMemoryStorage, type InMemoryStorage } from '../../src/logical/index.ts';
import { allowing } from '../support/allowing.ts';
import { builtPlugin, type BundledPlugin } from '../support/host/bundle.ts';
import type { MountedBackend } from '../support/host/mounted-backend.ts';
import type { RpcOptions } from '../support/host/rpc.ts';
import { startHost, type Host, type HostOptions } from '../support/host/start-host.ts';
import { watchPrinted } from './printed-faults.ts';

/** The built plugin in a process of its own, with a mount that is attacked and one that must not notice. */
export interface Victim {
  readonly host: Host;
  readonly mount: MountedBackend;
  /** Of the mount that is attacked; it holds the key `honest` and the KMS `aws`. */
  readonly storage: InMemoryStorage;
  /** Adds something that nobody may see. */
  know(what: string, bytes: Uint8Array): void;
  /** Remembers what was answered, for the search for secrets. */
  hear(text: string): void;
  /**
   * Fails unless the plugin serves an honest request, has printed nothing that harms its host, and has told nobody a
   * secret since the last call.
   */
  stands(): Promise<void>;
  /** How many sockets the process holds, by the kernel's count. */
  sockets(): number;
  /** Waits until the process holds no more sockets than that. */
  holdsAtMost(sockets: number): Promise<void>;
}

/** An honest request waits no longer. */
const PATIENCE: RpcOptions = { deadlineMs: 20_000 };

/** Whatever is configured by chance reaches no cloud. */
const NO_CLOUD = {
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  ...allowing('http://127.0.0.1:9'),
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_MAX_ATTEMPTS: '1',
};

/** Starts a victim, in plaintext unless told otherwise: TLS is seldom what is attacked. Its host is for the caller to close. */
export async function startVictim({ env, ...options }: HostOptions): Promise<Victim> {
  const host = await startHost({ mode: 'plaintext', versions: '5', ...options, env: { ...NO_CLOUD, ...env } });
  const storage = inMemoryStorage();
  const mount = await host.mount({ storage });
  expect(await mount.initialize()).toBeUndefined();
  const kept = inMemoryStorage();
  const honest = await host.mount({ storage: kept });
  const secrets = knownSecrets();
  await fill(honest, kept, secrets);
  await fill(mount, storage, secrets);
  const expected = await honest.handleRequest({ path: 'key/honest' }, PATIENCE);
  expect(expected.response?.data).toMatchObject({ name: 'honest', latest_version: 1 });

  const printed = watchPrinted(host.plugin, secrets);
  let heard: { where: string; text: string }[] = [];
  const sockets = (): number => socketsOf(host.plugin.pid);
  return {
    host,
    mount,
    storage,
    know: (what, bytes) => {
      secrets.add(what, bytes);
    },
    hear: (text) => heard.push({ where: 'an answer', text }),
    async stands() {
      expect(await honest.handleRequest({ path: 'key/honest' }, PATIENCE)).toEqual(expected);
      expect(printed()).toEqual([]);
      expect(secrets.leaksIn(heard)).toEqual([]);
      heard = [];
    },
    sockets,
    holdsAtMost: async (most) => {
      await waitUntil(`the plugin holds at most ${most} sockets`, async () => sockets() <= most, 20);
    },
  };
}

/**
 * A victim for all tests of a file: whatever one of them does to it must not harm the next.
 *
 * @param env - variables of its own, asked for when it is started
 */
export function useVictim(env: () => Readonly<Record<string, string>> = () => ({})): () => Victim {
  let plugin: BundledPlugin | undefined;
  let victim: Victim | undefined;
  beforeAll(async () => {
    plugin = await builtPlugin();
    victim = await startVictim({ command: plugin.path, env: env() });
  });
  afterAll(async () => {
    await victim?.host.close();
    await plugin?.remove();
  });
  return () => {
    if (!victim) throw new Error('the victim is started once the tests run');
    return victim;
  };
}

/** A key and a KMS with credentials, of which nobody may see either. */
async function fill(mount: MountedBackend, storage: InMemoryStorage, secrets: KnownSecrets): Promise<void> {
  const secretKey = randomBytes(30).toString('base64url');
  const credentials = { access_key: 'AKIA00000HOSTILE', secret_key: secretKey };
  const requests = [
    { path: 'key/honest', data: { type: 'aes256-gcm96' } },
    { path: 'kms/aws', data: { provider: 'awskms', key_collection: 'us-west-1', credentials } },
  ];
  for (const request of requests) {
    const answer = await mount.handleRequest({ operation: 'create', ...request }, PATIENCE);
    expect(answer).toEqual({ response: undefined, error: undefined });
  }
  const material = await storage.get('material/honest/1');
  if (!material) throw new Error('the key has no material');
  secrets.add('the material', material.value.subarray(1));
  secrets.add('the secret_key', Buffer.from(secretKey));
}

function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`).startsWith('socket:');
    } catch {
      // Closed since it was listed.
      return false;
    }
  }).length;
}
