import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { keyMaterial } from '../../src/crypto/key-material.ts';
import type { JsonObject, StorageEntry } from '../../src/logical/index.ts';
import { writeKey } from '../support/distributed-key.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { modelCloud } from '../support/model-cloud.ts';
import { Killed, lifeUntil, mortalStorage } from '../support/mortal.ts';
import { keyChange } from '../support/records.ts';

/** What Consul takes in one entry; raft takes twice as much. */
const LARGEST_VALUE = 512 * 1024;

describe('a key with many versions', () => {
  const { drivers } = modelCloud();
  let storage: InMemoryStorage;
  beforeEach(() => {
    storage = inMemoryStorage();
  });
  const start = (part?: number): Promise<Engine> =>
    startEngine({ storage, drivers, ...(part === undefined ? {} : { recordSizes: { part, changes: 1 } }) });
  const json = async (path: string): Promise<JsonObject> =>
    JSON.parse(Buffer.from((await storage.get(path))?.value ?? []).toString()) as JsonObject;
  const partsOf = (name: string): readonly string[] =>
    storage.keys().filter((key) => key.startsWith(`key-parts/${name}/`));
  const versionsOf = async (engine: Engine): Promise<readonly number[]> =>
    Object.keys((await engine.read('key/k'))?.['versions'] as JsonObject).map(Number);
  const upTo = (last: number, first = 1): readonly number[] =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index);

  it('stores older versions in parts and returns all enabled versions', async () => {
    const engine = await start(2);
    await engine.write('key/k', { type: 'ecdsa-p256' });
    const seen = new Map<string, unknown>();
    for (let latest = 1; latest <= 8; latest++) {
      if (latest > 1) await engine.write('key/k/rotate');
      const versions = (await engine.read('key/k'))?.['versions'] as JsonObject;
      expect(Object.keys(versions).map(Number)).toEqual(upTo(latest));
      // What is shown of a version never changes, wherever it is kept.
      for (const [version, details] of Object.entries(versions)) {
        expect(details).toEqual(seen.get(version) ?? details);
        seen.set(version, details);
      }
    }
    expect(partsOf('k')).toEqual(['key-parts/k/0', 'key-parts/k/1', 'key-parts/k/2']);
    for (const minimum of upTo(8, 0)) {
      await engine.write('key/k', { min_enabled_version: minimum });
      expect(await versionsOf(engine)).toEqual(upTo(8, Math.max(minimum, 1)));
    }
    expect(await engine.request('list', 'key/')).toMatchObject({ data: { keys: ['k'] } });
  });

  it('has a record that releases without record parts refuse', async () => {
    const engine = await start(2);
    await writeKey(engine, { versions: 3 });
    const { versions, latest_version } = await json('key/k');
    // It counts the versions in the record.
    expect(Object.keys(versions as JsonObject).length).not.toBe(latest_version);
  });

  it('loses no version at any crash point of a rotation', async () => {
    for (const end of [0, 1, 2, 3, 4, 5].flatMap((call) => [
      { call, when: 'before' } as const,
      { call, when: 'after' } as const,
    ])) {
      storage = inMemoryStorage();
      const engine = await start(2);
      await writeKey(engine, { versions: 4, fields: { type: 'ecdsa-p256' } });
      const before = (await engine.read('key/k'))?.['versions'] as JsonObject;
      const dying = await startEngine({
        drivers,
        storage: mortalStorage(storage, lifeUntil(end)),
        recordSizes: { part: 2, changes: 1 },
      });
      await dying.write('key/k/rotate').catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      const next = await start(2);
      expect((await next.read('key/k'))?.['versions']).toMatchObject(before);
      await next.write('key/k/rotate');
      expect((await next.read('key/k'))?.['versions']).toMatchObject(before);
    }
  });

  it('deletes its parts, also after an interrupted deletion', async () => {
    const engine = await start(2);
    const create = async (): Promise<void> => {
      await writeKey(engine, { versions: 5, fields: { deletion_allowed: true } });
      expect(partsOf('k')).not.toEqual([]);
    };
    await create();
    await engine.request('delete', 'key/k');
    expect(storage.keys()).toEqual([]);
    await create();
    const dying = await startEngine({
      drivers,
      storage: {
        ...storage,
        delete: async (key) => {
          if (key.startsWith('key-parts/')) throw new Killed();
          await storage.delete(key);
        },
      },
    });
    await dying.request('delete', 'key/k').catch(() => undefined);
    expect(partsOf('k')).not.toEqual([]);
    await (await start(2)).tick();
    expect(partsOf('k')).toEqual([]);
  });

  it('ignores parts of a deleted key of the same name', async () => {
    const engine = await start(2);
    await writeKey(engine, { versions: 6 });
    await storage.put(keyChange('k', 'deletion', 6));
    await storage.delete('key/k');
    await writeKey(engine, { versions: 5, fields: { type: 'ecdsa-p256' } });
    const versions = Object.values((await engine.read('key/k'))?.['versions'] as JsonObject);
    expect(versions).toHaveLength(5);
    for (const version of versions) expect(version).toHaveProperty('public_key');
  });

  it('is not found when it is deleted during a read', async () => {
    const engine = await start(2);
    await writeKey(engine, { versions: 5, fields: { deletion_allowed: true } });
    const reading = await startEngine({
      drivers,
      storage: {
        ...storage,
        get: async (key) => {
          if (key.startsWith('key-parts/')) await engine.request('delete', 'key/k');
          return storage.get(key);
        },
      },
    });
    expect(await reading.read('key/k')).toBeUndefined();
  });

  it('cannot be read when a part is missing', async () => {
    const engine = await start(2);
    await writeKey(engine, { versions: 5 });
    await storage.delete('key-parts/k/1');
    await expect(engine.read('key/k')).rejects.toThrow('a part of the record of key "k" is missing in storage');
  });

  it('is stored in one entry up to 64 versions', async () => {
    await storage.put({ key: 'key/k', value: oldRecord(63, 'aes256-gcm96') });
    await (await start()).write('key/k/rotate');
    expect(await json('key/k')).not.toHaveProperty('parts');
    expect(Object.keys((await json('key/k'))['versions'] as JsonObject).map(Number)).toEqual(upTo(64));
  });

  it('is read, rotated and deleted when stored by a release without record parts', async () => {
    await storage.put({ key: 'key/k', value: oldRecord(200, 'aes256-gcm96') });
    const engine = await start();
    expect(await versionsOf(engine)).toEqual(upTo(200));
    await engine.write('key/k/rotate');
    expect(partsOf('k')).toHaveLength(3);
    expect(await versionsOf(engine)).toEqual(upTo(201));
    await engine.write('key/k', { deletion_allowed: true });
    await engine.request('delete', 'key/k');
    expect(storage.keys()).toEqual([]);
  });

  it('with 10,000 RSA-4096 versions is read and rotated in entries below 512 KiB', async () => {
    let written = 0;
    const put = async (entry: StorageEntry): Promise<void> => {
      expect(entry.value.length).toBeLessThanOrEqual(LARGEST_VALUE);
      written += entry.value.length;
      await storage.put(entry);
    };
    await storage.put({ key: 'key/k', value: oldRecord(10_000, 'rsa-4096') });
    const engine = await startEngine({
      drivers,
      storage: { ...storage, put },
      generateKey: async () => ({ material: keyMaterial(randomBytes(32)), publicKey: PUBLIC_KEY }),
    });
    await engine.write('key/k/rotate');
    // Each version was written once more, as it moved.
    expect(written).toBeLessThan(10_100 * 900);
    written = 0;
    for (let more = 0; more < 64; more++) await engine.write('key/k/rotate');
    expect(written / 64).toBeLessThan(64 * 900);
    expect(await versionsOf(engine)).toEqual(upTo(10_065));
  });
});

const PUBLIC_KEY = generateKeyPairSync('rsa', { modulusLength: 4096 })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString();

/** A record with all versions in one entry. */
function oldRecord(count: number, type: 'aes256-gcm96' | 'rsa-4096'): Buffer {
  const version = {
    creation_time: '2026-01-01T00:00:00.000Z',
    ...(type === 'rsa-4096' ? { public_key: PUBLIC_KEY } : {}),
  };
  return Buffer.from(
    JSON.stringify({
      schema: 1,
      type,
      deletion_allowed: false,
      min_enabled_version: 1,
      latest_version: count,
      versions: Object.fromEntries(Array.from({ length: count }, (_, index) => [index + 1, version])),
    }),
  );
}
