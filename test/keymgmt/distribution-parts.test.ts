import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { keyMaterial } from '../../src/crypto/key-material.ts';
import { StorageError, type JsonObject } from '../../src/logical/index.ts';
import { AWS, distribute, writeKey } from '../support/distributed-key.ts';
import {
  inMemoryStorage,
  startEngine,
  type Engine,
  type EngineOptions,
  type InMemoryStorage,
} from '../support/engine.ts';
import { violations } from '../support/invariants.ts';
import { modelCloud, type ModelCloud } from '../support/model-cloud.ts';
import { readDistribution, readJson } from '../support/plain-records.ts';

/** What Consul takes in one entry; raft takes twice as much. */
const LARGEST_VALUE = 512 * 1024;

describe('a distribution with many versions', () => {
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let written: number;
  let largest: number;
  beforeEach(() => {
    cloud = modelCloud();
    storage = inMemoryStorage();
    written = 0;
    largest = 0;
  });
  const start = async (options: Partial<EngineOptions> = {}): Promise<Engine> => {
    const engine = await startEngine({
      drivers: cloud.drivers,
      generateKey: async () => ({ material: keyMaterial(randomBytes(32)) }),
      storage: {
        ...storage,
        put: async (entry) => {
          written += entry.value.length;
          largest = Math.max(largest, entry.value.length);
          await storage.put(entry);
        },
      },
      ...options,
    });
    await engine.write('kms/aws', AWS);
    return engine;
  };
  const small = { recordSizes: { part: 2, changes: 1 } };
  /** A key as a release stored it that knew no parts. */
  const store = async (versions: number, minimum = 1): Promise<void> => {
    for (const version of upTo(versions)) {
      await storage.put({ key: `material/k/${version}`, value: Buffer.concat([Buffer.of(1), randomBytes(32)]) });
    }
    const record = {
      ...{ schema: 1, type: 'aes256-gcm96', deletion_allowed: false },
      ...{ min_enabled_version: minimum, latest_version: versions, kms: 'aws' },
      versions: Object.fromEntries(upTo(versions).map((version) => [version, { creation_time: TIME }])),
    };
    await storage.put({ key: 'key/k', value: Buffer.from(JSON.stringify(record)) });
  };
  const during = async (work: () => Promise<unknown>): Promise<number> => {
    written = 0;
    await work();
    return written;
  };
  const parts = (): readonly string[] => storage.keys().filter((key) => key.startsWith('distribution-parts/'));

  it('writes at most 5 kB per version in each operation', async () => {
    await store(1000, 500);
    const engine = await start();
    expect(await during(() => distribute(engine))).toBeLessThan(5e6);
    expect(await violations(storage, cloud)).toEqual([]);
    expect(await during(() => engine.write('key/k', { min_enabled_version: 1 }))).toBeLessThan(1e6);
    expect(await during(() => engine.write('key/k', { min_enabled_version: 1000 }))).toBeLessThan(1e6);
    expect(await violations(storage, cloud)).toEqual([]);
    // Everything is gone, and made anew.
    (cloud.objects as Map<string, unknown>).clear();
    expect(await during(() => engine.write('kms/aws/key/k/sync'))).toBeLessThan(5e6);
    expect(await violations(storage, cloud)).toEqual([]);
    expect(await during(() => engine.request('delete', 'kms/aws/key/k'))).toBeLessThan(1e6);
    expect(await violations(storage, cloud)).toEqual([]);
    expect(parts()).toEqual([]);
  });

  it('writes 10,000 changed versions in small entries, and rotates with less than 100 kB written', async () => {
    await store(10_000);
    const state = { state: 'ready', enabled: true, since: TIME };
    const record = {
      ...{ schema: 1, name: 'k-1767225600', distribution_time: TIME, purpose: ['decrypt', 'encrypt'] },
      ...{ protection: 'hsm', removing: false, current: 10_000, reached: 10_000 },
      versions: Object.fromEntries(
        upTo(10_000).map((number) => [number, { ...state, attempt: UUID, remote_id: `${number}-${UUID}` }]),
      ),
    };
    await storage.put({ key: 'distribution/aws/k', value: Buffer.from(JSON.stringify(record)) });
    const engine = await start();
    // Refused at the first; then nobody knows of any of them, as it is taken back.
    cloud.fault = () => ({ when: 'before', reason: 'forbidden' });
    for (const minimum of [10_000, 1]) await engine.errorOf(engine.write('key/k', { min_enabled_version: minimum }));
    const doubted = (await readDistribution(storage, 'aws', 'k'))?.versions ?? {};
    expect(Object.values(doubted).filter((version) => !('enabled' in version))).toHaveLength(9_999);
    expect(largest).toBeLessThan(LARGEST_VALUE);
    expect(await during(() => engine.errorOf(engine.write('key/k/rotate')))).toBeLessThan(100_000);
  });

  it('is listed, read, rotated and removed', async () => {
    const engine = await start(small);
    await writeKey(engine, { versions: 7 });
    await distribute(engine);
    expect(parts()).not.toEqual([]);
    expect(await violations(storage, cloud)).toEqual([]);
    for (const minimum of [4, 2, 7, 0]) {
      await engine.write('key/k', { min_enabled_version: minimum });
      expect(await violations(storage, cloud)).toEqual([]);
    }
    await engine.write('key/k/rotate');
    expect(await violations(storage, cloud)).toEqual([]);
    expect((await engine.read('kms/aws/key/k'))?.['versions']).toEqual(
      Object.fromEntries(upTo(8).map((version) => [version, `key-${version}`])),
    );
    expect(await engine.request('list', 'kms/aws/key/')).toMatchObject({ data: { keys: ['k'] } });
    await engine.request('delete', 'kms/aws/key/k');
    expect(await violations(storage, cloud)).toEqual([]);
    expect(parts()).toEqual([]);
    expect(await engine.request('list', 'kms/aws/key/')).not.toMatchObject({ data: { keys: ['k'] } });
  });

  it('keeps replaced KMS keys in order and removes them with the distribution', async () => {
    const engine = await start(small);
    await writeKey(engine, { versions: 5 });
    await distribute(engine);
    for (let round = 0; round < 2; round++) {
      for (const object of cloud.objects.values()) object.state = 'pending_deletion';
      await engine.write('kms/aws/key/k/sync');
      expect(await violations(storage, cloud)).toEqual([]);
    }
    const replaced = upTo(10).map((number) => `key-${number}`);
    expect(await engine.read('kms/aws/key/k/status')).toMatchObject({ replaced });
    await engine.request('delete', 'kms/aws/key/k');
    expect(cloud.calls.filter((call) => call.startsWith('remove key-'))).toHaveLength(15);
  });

  it('loses no KMS key at any crash point of a sync', async () => {
    for (let writes = 0; ; writes++) {
      cloud = modelCloud();
      storage = inMemoryStorage();
      const engine = await start(small);
      await writeKey(engine, { versions: 5 });
      await distribute(engine);
      for (const object of cloud.objects.values()) object.state = 'pending_deletion';
      let left = writes;
      const dying = await startEngine({
        ...small,
        drivers: cloud.drivers,
        storage: {
          ...storage,
          put: async (entry) => {
            if (left-- <= 0) throw new StorageError('dead');
            await storage.put(entry);
          },
        },
      });
      const died = await dying.write('kms/aws/key/k/sync').then(
        () => false,
        () => true,
      );
      const record = await readDistribution(storage, 'aws', 'k');
      const ids = new Set([
        ...(record?.retired ?? []),
        ...Object.values(record?.versions ?? {}).map(({ remote_id }) => remote_id),
      ]);
      for (const number of upTo(5)) expect(ids).toContain(`key-${number}`);
      const next = await start(small);
      const used = Object.values((await next.read('kms/aws/key/k'))?.['versions'] as JsonObject);
      const retired = (await next.read('kms/aws/key/k/status'))?.['replaced'] as readonly string[] | undefined;
      expect(used.filter((id) => retired?.includes(id as string))).toEqual([]);
      await next.tick();
      await next.write('kms/aws/key/k/sync');
      expect(await violations(storage, cloud)).toEqual([]);
      const { replaced } = (await next.read('kms/aws/key/k/status')) as { replaced: readonly string[] };
      expect([...replaced].sort()).toEqual(upTo(5).map((number) => `key-${number}`));
      if (!died) break;
    }
  });

  it('has schema 2, which releases without record parts refuse', async () => {
    const engine = await start(small);
    await writeKey(engine, { versions: 4 });
    await distribute(engine);
    expect(await readJson(storage, 'distribution/aws/k')).toMatchObject({ schema: 2 });
  });

  it('is stored in one entry up to 64 versions', async () => {
    await store(63);
    const engine = await start();
    await distribute(engine);
    await engine.write('key/k/rotate');
    expect(parts()).toEqual([]);
    const record = await readJson(storage, 'distribution/aws/k');
    expect(record).toMatchObject({ schema: 1 });
    expect(Object.keys(record?.['versions'] as JsonObject)).toHaveLength(64);
  });

  it('is read, rotated and removed when stored by a release without record parts', async () => {
    await store(100, 50);
    // As it stores what it does not divide.
    const old = await start({ recordSizes: { part: 200, changes: 1 } });
    await distribute(old);
    expect(parts()).toEqual([]);
    const engine = await start();
    const before = await engine.read('kms/aws/key/k');
    expect(Object.keys(before?.['versions'] as JsonObject)).toHaveLength(100);
    await engine.write('key/k/rotate');
    expect(parts()).not.toEqual([]);
    expect((await engine.read('kms/aws/key/k'))?.['versions']).toMatchObject(before?.['versions'] as JsonObject);
    expect(await violations(storage, cloud)).toEqual([]);
    await engine.request('delete', 'kms/aws/key/k');
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it('leaves no parts after a crash during removal', async () => {
    const engine = await start(small);
    await writeKey(engine, { versions: 4 });
    await distribute(engine);
    const dying = await startEngine({
      drivers: cloud.drivers,
      storage: {
        ...storage,
        delete: async (key) => {
          if (key.startsWith('distribution-parts/')) throw new StorageError('dead');
          await storage.delete(key);
        },
      },
    });
    await expect(dying.request('delete', 'kms/aws/key/k')).rejects.toThrow('dead');
    expect(parts()).not.toEqual([]);
    const next = await start(small);
    await next.tick();
    expect(parts()).toEqual([]);
  });

  it('ignores parts of an earlier distribution of the same key', async () => {
    const engine = await start(small);
    await writeKey(engine, { versions: 4 });
    await distribute(engine);
    await storage.delete('distribution/aws/k');
    (cloud.objects as Map<string, unknown>).clear();
    (cloud.names as Map<string, unknown>).clear();
    await distribute(engine);
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it('cannot be read when a part is missing', async () => {
    const engine = await start(small);
    await writeKey(engine, { versions: 6 });
    await distribute(engine);
    await storage.delete('distribution-parts/aws/k/versions-1');
    const text = 'a part of the record at "distribution/aws/k" is missing in storage';
    await expect(engine.read('kms/aws/key/k')).rejects.toThrow(text);
    await expect(engine.write('kms/aws/key/k/sync')).rejects.toThrow(text);
  });

  it.each(['before', 'after'] as const)(
    'is stored correctly when one write fails %s its effect and the process continues',
    async (when) => {
      for (let failing = 0; ; failing++) {
        cloud = modelCloud();
        storage = inMemoryStorage();
        let writes = -1;
        const engine = await start({
          ...small,
          storage: {
            ...storage,
            put: async (entry) => {
              if (entry.key.startsWith('distribution')) writes++;
              if (when === 'after') await storage.put(entry);
              if (entry.key.startsWith('distribution') && writes === failing) throw new StorageError('failed');
              if (when === 'before') await storage.put(entry);
            },
          },
        });
        await writeKey(engine, { versions: 5 });
        const failed = await distribute(engine).then(
          () => false,
          () => true,
        );
        await distribute(engine);
        expect(await violations(storage, cloud)).toEqual([]);
        expect(cloud.objects.size).toBe(5);
        if (!failed) break;
      }
    },
  );
});

const TIME = '2026-01-01T00:00:00.000Z';
const UUID = '00000000-0000-4000-8000-000000000000';
const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);
