import { status, type ServiceError } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKms, type Kms } from '../../dev/aws-kms/kms.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import { inMemoryStorage, type InMemoryStorage, type Storage } from '../../src/logical/index.ts';
import { allowing } from '../support/allowing.ts';
import type { HostReply, HostRequest, MountedBackend } from '../support/host/mounted-backend.ts';
import { garbageFor } from './garbage.ts';
import { REPLAY, RUNS, SEED } from './seed.ts';
import { useVictim, type Victim } from './victim.ts';

const ACCESS_KEY = { accessKeyId: 'AKIA00000GARBAGE', secretAccessKey: 'garbage-in-storage-secret' };
let kms: Kms;
beforeAll(async () => {
  kms = await startKms({ accessKeys: [ACCESS_KEY], wrappingKeys: wrappingKeyRing() });
  kms.faults.set(({ action }) =>
    REFUSED.includes(action)
      ? { when: 'before', error: { code: 'AccessDeniedException', message: 'refused', status: 400 } }
      : undefined,
  );
});
afterAll(() => kms.close());

// A record that names no endpoint leads there too.
const plugin = useVictim(() => ({ AWS_ENDPOINT_URL: kms.url, ...allowing(kms.url) }));

const ORPHAN = {
  schema: 1,
  key: 'k',
  version: 1,
  name: 'k-1',
  since: '2026-01-01T00:00:00.000Z',
  labels: { 'vault-keymgmt-attempt': 'attempt' },
  reason: 'nobody could look',
};

/** What reads the records, each in its own way; what deletes comes last. */
const REQUESTS: readonly HostRequest[] = [
  { operation: 'read', path: 'key/k' },
  { operation: 'read', path: 'kms/aws' },
  { operation: 'read', path: 'kms/aws/key/k' },
  { operation: 'read', path: 'kms/aws/key/k/status' },
  { operation: 'read', path: 'kms/aws/status' },
  { operation: 'list', path: 'kms/aws/key/' },
  { operation: 'list', path: 'key/k/kms/' },
  { operation: 'update', path: 'kms/aws/key/k/sync' },
  { operation: 'rollback', path: '', data: { immediate: true } },
  { operation: 'update', path: 'key/k', data: { min_enabled_version: 2, deletion_allowed: true } },
  { operation: 'update', path: 'key/k/rotate' },
  { operation: 'update', path: 'kms/aws', data: { provider: 'awskms', key_collection: 'us-west-1' } },
  { operation: 'update', path: 'kms/aws/key/k', data: { purpose: 'encrypt,decrypt' } },
  { operation: 'delete', path: 'kms/aws/key/k' },
  { operation: 'delete', path: 'key/k' },
  { operation: 'delete', path: 'kms/aws' },
];

/** Refused, so that the cloud stays as the records say: a mended record would not match it any more. */
const REFUSED = ['ScheduleKeyDeletion', 'DisableKey', 'EnableKey', 'UpdateAlias', 'DeleteAlias'];

/** Whatever the record says, nobody waits for a cloud that is not there. */
const DEADLINE_MS = 1_000;

/** A mount with a record of every kind. */
interface FullMount {
  readonly mount: MountedBackend;
  /** Puts the storage back to the state in which all records are sound. */
  readonly reset: () => Promise<InMemoryStorage>;
}

async function fullMount(victim: Victim): Promise<FullMount> {
  let current = inMemoryStorage();
  const storage: Storage = {
    get: (key) => current.get(key),
    put: (entry) => current.put(entry),
    delete: (key) => current.delete(key),
    list: (prefix) => current.list(prefix),
  };
  const mount = await victim.host.mount({ storage });
  const credentials = {
    access_key: ACCESS_KEY.accessKeyId,
    secret_key: ACCESS_KEY.secretAccessKey,
    endpoint: kms.url,
  };
  for (const request of [
    { path: 'key/k', data: { type: 'aes256-gcm96' } },
    { path: 'key/k/rotate' },
    { path: 'kms/aws', data: { provider: 'awskms', key_collection: 'us-west-1', credentials } },
    { path: 'kms/aws/key/k', data: { purpose: 'encrypt,decrypt' } },
  ]) {
    const answer = await mount.handleRequest({ operation: 'update', ...request });
    expect(answer).toMatchObject({ error: undefined });
    expect(JSON.stringify(answer.response ?? {})).not.toContain('"error"');
  }
  await current.put({ key: 'orphan/aws/attempt', value: Buffer.from(JSON.stringify(ORPHAN)) });
  const sound = current;
  victim.know('the secret_key in storage', Buffer.from(ACCESS_KEY.secretAccessKey));
  for (const version of [1, 2]) {
    const { value = Buffer.alloc(0) } = (await sound.get(`material/k/${version}`)) ?? {};
    victim.know(`material ${version}`, Buffer.from(value).subarray(1));
  }
  return {
    mount,
    async reset() {
      const copy = inMemoryStorage();
      for (const key of sound.keys()) {
        const entry = await sound.get(key);
        if (entry) await copy.put(entry);
      }
      current = copy;
      return copy;
    },
  };
}

let full: FullMount;
beforeAll(async () => {
  full = await fullMount(plugin());
});

describe(`a record that is garbage (${REPLAY})`, () => {
  it.each([
    { key: 'key/k' },
    // Material is read when it is distributed, and never again.
    { key: 'material/k/1', without: 'distribution/aws/k' },
    { key: 'kms/aws' },
    { key: 'distribution/aws/k' },
    { key: 'orphan/aws/attempt' },
  ])(
    'at $key fails what needs it, with a text that holds none of it',
    async ({ key, without }) => {
      const victim = plugin();
      const { mount, reset } = full;
      const honest = await (await reset()).get(key);
      if (!honest) throw new Error(`there is no ${key}`);
      await fc.assert(
        fc.asyncProperty(garbageFor(honest.value), async (value) => {
          const storage = await reset();
          await storage.put({ key, value });
          if (without !== undefined) await storage.delete(without);
          await requestAll(victim, mount);
        }),
        { seed: SEED, numRuns: Math.ceil(RUNS / 10), endOnFailure: true },
      );
    },
    600_000,
  );
});

describe('a record that is sound by itself and does not fit the others', () => {
  it.each<[string, object]>([
    ['key/k', { latest_version: 1_000_000_000 }],
    ['key/k', { latest_version: 2 ** 32 - 2 }],
    ['key/k', { latest_version: 2 ** 53 }],
    ['key/k', { latest_version: 1 }],
    ['key/k', { min_enabled_version: 2 ** 53 }],
    ['key/k', { versions: {} }],
    ['key/k', { kms: 'gone' }],
    ['kms/aws', { provider: 'gcpckms' }],
    ['kms/aws', { credentials: {} }],
    ['distribution/aws/k', { distribution_time: 'yesterday', name: '' }],
    ['distribution/aws/k', { current: 7 }],
    ['distribution/aws/k', { versions: {} }],
    ['distribution/aws/k', { versions: { x: { state: 'creating', attempt: '', since: 'x' } } }],
    ['distribution/aws/k', { versions: { '9007199254740993': { state: 'ready', attempt: '', remote_id: '' } } }],
    ['orphan/aws/attempt', { since: 'x', labels: {}, version: -1 }],
  ])('at %s fails what needs it: %j', async (key, members) => {
    const victim = plugin();
    const { mount, reset } = full;
    const storage = await reset();
    const record = JSON.parse(Buffer.from((await storage.get(key))?.value ?? []).toString()) as object;
    await storage.put({ key, value: Buffer.from(JSON.stringify({ ...record, ...members })) });
    await requestAll(victim, mount);
  });
});

async function requestAll(victim: Victim, mount: MountedBackend): Promise<void> {
  for (const request of REQUESTS) {
    const reply = await mount.handleRequest(request, { deadlineMs: DEADLINE_MS }).catch(outOfTime);
    victim.hear(JSON.stringify(reply));
    // Kind 2 is an internal error: something that nobody has thought of.
    expect({ request, reply }).not.toMatchObject({ reply: { error: { type: 2 } } });
  }
  await victim.stands();
}

function outOfTime(error: unknown): HostReply {
  if ((error as ServiceError).code === status.DEADLINE_EXCEEDED) return { response: undefined, error: undefined };
  throw error;
}
