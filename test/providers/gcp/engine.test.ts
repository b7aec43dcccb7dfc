import { describe, expect, it } from 'vitest';
import type { StorageEntry } from '../../../src/logical/index.ts';
import { gcpDriver } from '../../../src/providers/gcp/driver.ts';
import { allowing } from '../../support/allowing.ts';
import { clockOf } from '../../support/clock.ts';
import { inMemoryStorage, startEngine, type Engine } from '../../support/engine.ts';
import { GCP_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import type { GcpKms } from '../../../dev/gcp-kms/kms.ts';
import { newServiceAccount } from '../../../dev/gcp-kms/identity/service-account.ts';
import type { Outside } from '../contract/cloud.ts';
import { connect, newJob, type Client } from '../../gcp-kms/client.ts';
import { gcpOutside } from './contract-cloud.ts';
import { keyFileFor, RING, running, vaultWith } from './harness.ts';

const USE = { purpose: 'encrypt,decrypt', protection: 'hsm' };
const GET = 'cloudkms.cryptoKeys.get';
const LIST = 'cloudkms.cryptoKeys.list';
const OWNER = newServiceAccount('owner');

interface World {
  readonly engine: Engine;
  readonly kms: GcpKms;
  readonly owner: Client;
  readonly outside: Outside;
  /** Full name of the one CryptoKey. */
  readonly name: string;
  readonly records: Map<string, StorageEntry>;
  advance(milliseconds: number): void;
  start(from: Map<string, StorageEntry>): Promise<Engine>;
}

/** A key with two versions in Google Cloud, by an engine with these permissions beside the documented ones. */
async function world(...more: readonly string[]): Promise<World> {
  return worldOf('aes256-gcm96', USE, ...more);
}

async function worldOf(type: string, use: typeof USE, ...more: readonly string[]): Promise<World> {
  let ahead = 0;
  const clock = clockOf(() => Date.now() + ahead);
  const kms = await running({
    clock,
    signatureClock: clock,
    serviceAccounts: [vaultWith([...GCP_DOCUMENTED_PERMISSIONS, ...more]), OWNER],
  });
  const env = allowing(kms.url, kms.identityUrl);
  const wait = async (milliseconds: number): Promise<void> => void (ahead += milliseconds);
  const start = (from: Map<string, StorageEntry>): Promise<Engine> =>
    startEngine({
      storage: inMemoryStorage(from),
      clock,
      drivers: { gcpckms: gcpDriver({ env, retry: { clock, random: () => 0.5, wait } }) },
    });
  const records = new Map<string, StorageEntry>();
  const engine = await start(records);
  const credentials = { credentials_json: keyFileFor(kms), endpoint: kms.url };
  await engine.write('kms/gcp', { provider: 'gcpckms', key_collection: RING, credentials });
  await engine.write('key/app', { type });
  await engine.write('kms/gcp/key/app', use);
  await engine.write('key/app/rotate');
  const advance = (milliseconds: number): void => void (ahead += milliseconds);
  const name = kms.keys()[0]?.name ?? '';
  const outside = gcpOutside(kms, { ...clock, advance });
  return { engine, kms, outside, owner: await connect(kms, OWNER), name, records, advance, start };
}

const states = ({ kms }: World): readonly string[] => kms.keys()[0]?.versions.map(({ state }) => state) ?? [];
const status = async ({ engine }: World): Promise<unknown> =>
  (await engine.read('kms/gcp/key/app/status'))?.['verdict'];
const sync = async ({ engine }: World, data = {}): Promise<unknown> =>
  (await engine.write('kms/gcp/key/app/sync', data))?.data?.['done'];

describe('storage that was restored from before a rotation', () => {
  const restoredFrom = async (at: World): Promise<World & { readonly old: Engine }> => {
    const records = structuredClone(at.records);
    await at.engine.write('key/app/rotate');
    expect(states(at)).toHaveLength(3);
    return { ...at, old: await at.start(records) };
  };
  const restored = async (...more: readonly string[]): ReturnType<typeof restoredFrom> =>
    restoredFrom(await world(...more));

  it('is behind, as the primary version says, and nothing is changed but by force', async () => {
    const { old, kms } = await restored(GET);
    expect(kms.keys()[0]?.primary).toBe(3);
    const before = kms.keys();
    for (const request of [
      () => old.write('key/app/rotate'),
      () => old.write('kms/gcp/key/app/sync'),
      () => old.request('delete', 'kms/gcp/key/app'),
    ]) {
      expect(await old.errorOf(request())).toMatch(/ahead of Vault's storage for key "app".*\/3.*force=true/);
    }
    expect(kms.keys()).toEqual(before);
    expect(await old.read('kms/gcp/key/app/status')).toMatchObject({ verdict: 'ahead' });
    expect(await old.read('restore-guard')).toMatchObject({ engaged: true });
    await old.write('kms/gcp/key/app/sync', { force: true });
    expect(kms.keys()[0]?.primary).toBe(2);
    // What only the newer storage has is left alone.
    expect(kms.keys()[0]?.versions.map(({ state }) => state)).toEqual(['ENABLED', 'ENABLED', 'ENABLED']);
  });

  it.each([
    ['where the primary version may not be read', 'aes256-gcm96', USE],
    ['where there is no primary version', 'ecdsa-p256', { ...USE, purpose: 'sign' }],
  ])('is behind, as the list of versions says, %s', async (_where, type, use) => {
    const { old, kms } = await restoredFrom(await worldOf(type, use));
    const before = kms.keys();
    for (const request of [
      () => old.write('key/app/rotate'),
      () => old.write('kms/gcp/key/app/sync'),
      () => old.request('delete', 'kms/gcp/key/app'),
    ]) {
      expect(await old.errorOf(request())).toMatch(/"app-\d+" has a version app-\d+\/3 in the KMS.*force=true/);
    }
    expect(kms.keys()).toEqual(before);
    await old.write('restore-guard', { engaged: false });
    await old.write('key/app/rotate');
    const { versions } = (await old.read('kms/gcp/key/app')) as { versions: object };
    expect(versions).toEqual({ 1: '1', 2: '2', 3: '4' });
    expect(kms.keys()[0]?.versions.map(({ state }) => state)).toEqual(['ENABLED', 'ENABLED', 'ENABLED', 'ENABLED']);
  });

  it('is not behind for what a lost import has made', async () => {
    const at = await world();
    at.kms.faults.set(({ action }) =>
      action === 'ImportCryptoKeyVersion' ? { when: 'after', drop: true } : undefined,
    );
    expect(await at.engine.errorOf(at.engine.write('key/app/rotate'))).toMatch(/lost the connection/);
    expect(states(at)).toHaveLength(3);
    at.kms.faults.clear();
    await at.engine.write('kms/gcp/key/app/sync');
    expect((await at.engine.read('kms/gcp/key/app'))?.['versions']).toEqual({ 1: '1', 2: '2', 3: '3' });
    expect(await at.engine.read('restore-guard')).toMatchObject({ engaged: false });
  });

  it('is not behind for a version of somebody else', async () => {
    const at = await world();
    await at.outside.takeName(at.name.split('/').at(-1) ?? '');
    expect(states(at)).toEqual(['ENABLED', 'ENABLED', 'ENABLED']);
    await at.engine.write('key/app/rotate');
    expect(await at.engine.read('restore-guard')).toMatchObject({ engaged: false });
  });

  it('is reported with the versions that are on no record, where the key ring may be listed', async () => {
    const { old } = await restored(GET, LIST);
    const { unrecorded_objects: unrecorded } = (await old.read('kms/gcp/status')) ?? {};
    expect(unrecorded).toMatchObject([{ remote_id: expect.stringMatching(/^app-\d+\/3$/) as string }]);
  });
});

describe('drift that somebody else has made', () => {
  it.each<[string, (at: World) => Promise<unknown>, string, readonly string[]]>([
    [
      'disables a version',
      ({ owner, name }) => owner.ok('PATCH', `${name}/cryptoKeyVersions/1?updateMask=state`, { state: 'DISABLED' }),
      'disabled',
      ['enable version 1'],
    ],
    [
      'schedules the destruction of a version',
      ({ owner, name }) => owner.ok('POST', `${name}/cryptoKeyVersions/1:destroy`, {}),
      'pending_deletion',
      ['create version 1', 'wait for version 1'],
    ],
    [
      'makes another version the primary one',
      ({ owner, name }) => owner.ok('POST', `${name}:updatePrimaryVersion`, { cryptoKeyVersionId: '1' }),
      'alias_moved',
      ['point the name to version 2'],
    ],
  ])('is seen and repaired after somebody %s', async (_what, change, verdict, done) => {
    const at = await world(GET);
    await change(at);
    expect(await status(at)).toBe(verdict);
    expect(await sync(at)).toEqual(done);
    expect(await status(at)).toBe('in_sync');
    expect(at.kms.keys()[0]?.primary).toBe(2);
  });

  it('is repaired after a version was destroyed, by an import into its number', async () => {
    const at = await world(GET);
    await at.owner.ok('POST', `${at.name}/cryptoKeyVersions/1:destroy`, {});
    at.advance(31 * 24 * 60 * 60_000);
    expect(await status(at)).toBe('missing_material');
    await sync(at);
    expect(states(at)).toEqual(['ENABLED', 'ENABLED']);
    expect(await status(at)).toBe('in_sync');
  });

  it('of the primary version is not seen, and repaired by a rotation, without cloudkms.cryptoKeys.get', async () => {
    const at = await world();
    await at.owner.ok('POST', `${at.name}:updatePrimaryVersion`, { cryptoKeyVersionId: '1' });
    await at.engine.write('key/app/rotate');
    expect(at.kms.keys()[0]?.primary).toBe(3);
  });

  it('by a version of a person is left alone, and the name is taken back', async () => {
    const at = await world(GET);
    const job = await newJob(at.owner);
    const id = at.name.split('/').at(-1) ?? '';
    const theirs = { algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION', importJob: job.name, wrappedKey: 'A'.repeat(684) };
    // An import that fails is a version all the same.
    await at.owner.ok('POST', `${at.name}/cryptoKeyVersions:import`, theirs);
    expect(await status(at)).toBe('in_sync');
    await at.engine.request('delete', 'kms/gcp/key/app');
    expect(states(at).slice(0, 2)).toEqual(['DESTROY_SCHEDULED', 'DESTROY_SCHEDULED']);
    expect(states(at)[2]).not.toBe('DESTROY_SCHEDULED');
    expect(
      at.kms
        .calls()
        .filter(
          ({ action, resource }) => action.startsWith('Destroy') && resource.includes(`${id}/cryptoKeyVersions/3`),
        ),
    ).toEqual([]);
  });
});

describe('a key ring that nobody finds any more', () => {
  it('is not taken for versions that were deleted', async () => {
    const at = await world(GET);
    const gone = { code: 'PERMISSION_DENIED', message: 'or it may not exist', status: 403 };
    at.kms.faults.set(({ action }) => (action === 'Token' ? undefined : { when: 'before', error: gone }));
    expect(await status(at)).not.toBe('in_sync');
    expect(await at.engine.errorOf(at.engine.write('key/app/rotate'))).toContain('PERMISSION_DENIED');
    at.kms.faults.clear();
    at.advance(60_000);
    await at.engine.tick();
    expect(await status(at)).toBe('in_sync');
    expect(states(at)).toEqual(['ENABLED', 'ENABLED', 'ENABLED']);
    expect(at.kms.keys()).toHaveLength(1);
  });
});
