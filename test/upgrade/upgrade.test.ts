import type { JsonObject } from '../../src/logical/index.ts';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { liveKeys, statesOf, wrongMaterial } from './kms-keys.ts';
import { list, presentRelease, refusalOf, remove, write, type ReleasedEngine } from './release.ts';
import { newWorld, PROVIDER, REGION, type SavedWorld, type World } from './world.ts';

const PURPOSE = { purpose: 'encrypt,decrypt' };
/** Longer than AWS takes to show a new key everywhere. */
const LATER_MS = 10 * 60_000;

/** KMS providers of the keys that are distributed. */
const PLACES = {
  plain: 'aws',
  'answer-lost': 'aws',
  'never-created': 'aws',
  'not-imported': 'aws',
  'switch-unknown': 'aws',
  'within-window': 'aws',
  replaced: 'aws',
  removing: 'aws',
  orphaned: 'limited',
} as const;
type Distributed = keyof typeof PLACES;
const DISTRIBUTED = Object.keys(PLACES) as Distributed[];
const pathOf = (key: Distributed): string => `kms/${PLACES[key]}/key/${key}`;

const FINISHED = ['1 Enabled', '2 Enabled named'];

describe('the storage of the first format', () => {
  let world: World;
  let engine: ReleasedEngine;

  beforeEach(async () => {
    const text = await readFile(new URL('fixtures/first-format.json', import.meta.url), 'utf8');
    world = await newWorld(JSON.parse(text) as SavedWorld);
    const { kms } = world;
    onTestFinished(() => kms.close());
    world.advance(LATER_MS);
    engine = await world.start(presentRelease);
  });

  it('is read', async () => {
    const keys = [...DISTRIBUTED, 'undistributed', 'rsa', 'ecdsa'].sort();
    expect(await list(engine, 'key/')).toEqual(keys);
    expect(await engine.read('key/plain')).toMatchObject({
      type: 'aes256-gcm96',
      latest_version: 3,
      min_enabled_version: 2,
      versions: { 2: {}, 3: {} },
    });
    expect(await engine.read('kms/aws')).toMatchObject({ provider: 'awskms', key_collection: REGION });
    expect(await list(engine, 'kms/aws/key/')).toEqual(DISTRIBUTED.filter((key) => key !== 'orphaned').sort());
    for (const key of ['plain', 'not-imported', 'removing', 'switch-unknown'] as const) {
      const ids = world.kms.keys(REGION).filter(({ tags }) => tags['vault-keymgmt-key'] === key);
      expect(await engine.read(pathOf(key))).toMatchObject({
        purpose: 'decrypt,encrypt',
        protection: 'hsm',
        versions: Object.fromEntries(ids.map(({ id, tags }) => [tags['vault-keymgmt-version'] ?? '', id])),
      });
    }
    expect((await engine.read('restore-guard'))?.['engaged']).toBe(false);
    expect(world.kms.calls()).toEqual([]);
  });

  it('has no receipts: evidence tells what is not recorded, and what the KMS says', async () => {
    const evidence = (await engine.read(`${pathOf('plain')}/evidence`)) as {
      versions: Record<string, { places: Record<string, JsonObject> }>;
    };
    const { recorded, proved } = evidence.versions[3]?.places[REGION] ?? {};
    const not_recorded = ['creation.request_id', 'import.time', 'import.request_id', 'import.material_id'];
    expect(recorded).toMatchObject({ not_recorded: expect.arrayContaining(not_recorded) as string[] });
    expect(proved).toMatchObject({ state: 'enabled', origin: 'EXTERNAL', material: 'unknown' });
    const inventory = (await engine.read('inventory')) as { keys: Record<string, { versions: object }> };
    expect(Object.keys(inventory.keys)).toEqual([...DISTRIBUTED, 'undistributed', 'rsa', 'ecdsa'].sort());
    expect(inventory.keys['plain']?.versions).toMatchObject({
      1: { state: 'deactivated' },
      2: { state: 'active', use: 'process' },
      3: { state: 'active', use: 'protect and process' },
    });
  });

  it('tells its possible orphans', async () => {
    expect(await list(engine, 'kms/aws/orphan/')).toHaveLength(2);
    const [attempt] = (await list(engine, 'kms/limited/orphan/')) as string[];
    const orphan = await engine.read(`kms/limited/orphan/${attempt ?? ''}`);
    expect(orphan).toMatchObject({ key: 'orphaned', version: 1, tags: { 'vault-keymgmt-attempt': attempt } });
    const [made] = liveKeys(world, 'orphaned').filter(({ state }) => state === 'PendingImport');
    expect(world.kms.keys(REGION).find(({ id }) => id === made?.id)?.tags).toEqual(orphan?.['tags']);
    await remove(engine, `kms/limited/orphan/${attempt ?? ''}`);
    expect(await list(engine, 'kms/limited/orphan/')).toBeUndefined();
  });

  it('keeps the material of a key whose deletion was interrupted, until it is given up', async () => {
    await engine.tick();
    expect(await list(engine, 'lost-key/')).toEqual(['half-deleted']);
    expect(world.storage.keys()).toContain('material/half-deleted/2');
    expect(await refusalOf(engine.write('key/half-deleted', { type: 'aes256-gcm96' }))).toMatch(
      /the record of key "half-deleted"/,
    );
    await remove(engine, 'lost-key/half-deleted');
    await write(engine, 'key/half-deleted', { type: 'aes256-gcm96' });
  });

  it('is finished by the first tick', async () => {
    const [lost] = liveKeys(world, 'answer-lost');
    await engine.tick(false);
    expect(Object.fromEntries(DISTRIBUTED.map((key) => [key, statesOf(world, key)]))).toEqual({
      plain: ['1 Disabled', '2 Enabled', '3 Enabled named'],
      'answer-lost': FINISHED,
      'never-created': FINISHED,
      'not-imported': FINISHED,
      'switch-unknown': FINISHED,
      'within-window': ['1 Enabled named'],
      // The one that was replaced may be in use: it goes with the distribution.
      replaced: ['1 Enabled', '1 Enabled named'],
      removing: [],
      // Nobody may look for the object of the lost attempt here.
      orphaned: ['1 Enabled named', '1 PendingImport'],
    });
    for (const key of DISTRIBUTED) expect(await wrongMaterial(world, key)).toEqual([]);
    expect(liveKeys(world, 'answer-lost')[0]?.id).toBe(lost?.id);
    expect(world.kms.calls().filter(({ action }) => action === 'CreateKey')).toHaveLength(3);
    expect(await list(engine, 'kms/aws/orphan/')).toHaveLength(1);
    expect((await engine.read('restore-guard'))?.['engaged']).toBe(false);
  });

  it('lets a key be rotated, disabled, enabled, repaired, removed and deleted', async () => {
    await write(engine, 'key/plain/rotate');
    expect(statesOf(world, 'plain')).toEqual(['1 Disabled', '2 Enabled', '3 Enabled', '4 Enabled named']);
    await write(engine, 'key/plain', { min_enabled_version: 4 });
    expect(statesOf(world, 'plain')).toEqual(['1 Disabled', '2 Disabled', '3 Disabled', '4 Enabled named']);
    await write(engine, 'key/plain', { min_enabled_version: 1 });
    expect(statesOf(world, 'plain')).toEqual(['1 Enabled', '2 Enabled', '3 Enabled', '4 Enabled named']);
    expect((await engine.write(`${pathOf('plain')}/sync`))?.data).toMatchObject({ done: [] });
    expect(await engine.read(`${pathOf('plain')}/status`)).toMatchObject({ verdict: 'in_sync' });
    expect(await wrongMaterial(world, 'plain')).toEqual([]);
    await remove(engine, pathOf('plain'));
    expect(statesOf(world, 'plain')).toEqual([]);
    expect(Object.keys(world.kms.aliases(REGION)).filter((name) => name.includes('plain'))).toEqual([]);
    await write(engine, 'key/plain', { deletion_allowed: true });
    await remove(engine, 'key/plain');
    expect(world.storage.keys().filter((name) => name.includes('plain'))).toEqual([]);
  });

  it.each(['answer-lost', 'never-created', 'not-imported', 'switch-unknown'] as const)(
    'lets %s be finished by a distribution, a rotation and a sync alike',
    async (key) => {
      await write(engine, pathOf(key), PURPOSE);
      expect(statesOf(world, key)).toEqual(FINISHED);
      await write(engine, `key/${key}/rotate`);
      expect(statesOf(world, key)).toEqual(['1 Enabled', '2 Enabled', '3 Enabled named']);
      await write(engine, `key/${key}`, { min_enabled_version: 3 });
      await write(engine, `${pathOf(key)}/sync`);
      expect(statesOf(world, key)).toEqual(['1 Disabled', '2 Disabled', '3 Enabled named']);
      expect(await wrongMaterial(world, key)).toEqual([]);
    },
  );

  it('lets a removal that was begun only be finished', async () => {
    expect(await refusalOf(engine.write(pathOf('removing'), PURPOSE))).toMatch(/being removed/);
    await remove(engine, pathOf('removing'));
    expect(statesOf(world, 'removing')).toEqual([]);
    await write(engine, pathOf('removing'), PURPOSE);
    expect(statesOf(world, 'removing')).toEqual(FINISHED);
  });

  it.each(DISTRIBUTED)('lets %s be removed and deleted at once', async (key) => {
    await remove(engine, pathOf(key));
    // What an attempt may have made that nobody may look for is all that stays.
    expect(statesOf(world, key)).toEqual(key === 'orphaned' ? ['1 PendingImport'] : []);
    await write(engine, `key/${key}`, { deletion_allowed: true });
    await remove(engine, `key/${key}`);
    expect(world.storage.keys().filter((name) => name.includes(key))).toEqual([]);
  });

  it.each(['rsa', 'ecdsa'])('holds an %s key with its public halves', async (key) => {
    const material = (await world.storage.get(`material/${key}/1`))?.value.subarray(1) ?? Buffer.alloc(0);
    const expected = createPublicKey(createPrivateKey({ key: Buffer.from(material), format: 'der', type: 'pkcs8' }));
    const { versions } = (await engine.read(`key/${key}`)) as { versions: Record<string, { public_key: string }> };
    expect(versions['1']?.public_key).toBe(expected.export({ format: 'pem', type: 'spki' }));
    await write(engine, `key/${key}/rotate`);
    expect(await engine.read(`key/${key}`)).toMatchObject({ latest_version: 3, versions: { 1: versions['1'] } });
  });

  it('lets a key that is in no KMS be distributed', async () => {
    await write(engine, 'kms/limited/key/undistributed', PURPOSE);
    expect(statesOf(world, 'undistributed')).toEqual(FINISHED);
    expect(await wrongMaterial(world, 'undistributed')).toEqual([]);
  });

  it('lets a KMS provider be written again, and deleted once it holds no key', async () => {
    await write(engine, 'kms/limited', { credentials: PROVIDER['credentials'] });
    expect(await refusalOf(engine.request('delete', 'kms/limited'))).toMatch(/still holds/);
    // The new credentials may look for what the attempt has made, and it is collected.
    await engine.tick();
    expect(statesOf(world, 'orphaned')).toEqual(['1 Enabled named']);
    await remove(engine, pathOf('orphaned'));
    await remove(engine, 'kms/limited');
    expect(world.storage.keys().filter((name) => name.includes('limited'))).toEqual([]);
  });
});
