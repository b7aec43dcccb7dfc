import { beforeEach, describe, expect, it } from 'vitest';
import { StorageError } from '../../src/logical/index.ts';
import { AWS, distribute, testClock, writeKey, type TestClock } from '../support/distributed-key.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { modelCloud, type ModelCloud } from '../support/model-cloud.ts';

const KEYS = Array.from({ length: 100 }, (_, index) => `k${String(index).padStart(3, '0')}`);
const ONE_KEY = 'k000';

describe('the scan of all distributions after a start', () => {
  let clock: TestClock;
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let engine: Engine;
  /** What each read of a distribution's record takes. */
  let readMs: number;
  /** Keys in the order in which their distributions were read. */
  let reads: string[];
  let before: (key: string) => void;

  const start = (): Promise<Engine> =>
    startEngine({
      storage: {
        ...storage,
        get: async (key) => {
          before(key);
          if (key.startsWith('distribution/')) {
            reads.push(key.slice(key.lastIndexOf('/') + 1));
            clock.advance(readMs);
          }
          return storage.get(key);
        },
      },
      drivers: cloud.drivers,
      clock,
    });
  const copy = async (from: string, to: string): Promise<void> => {
    const entry = await storage.get(from);
    if (entry) await storage.put({ ...entry, key: to });
  };

  beforeEach(async () => {
    clock = testClock();
    readMs = 0;
    reads = [];
    before = () => undefined;
    cloud = modelCloud();
    storage = inMemoryStorage();
    engine = await start();
    for (const kms of ['a', 'b']) await engine.write(`kms/${kms}`, AWS);
    await writeKey(engine, { key: ONE_KEY });
    await distribute(engine, ONE_KEY, 'a');
    for (const key of KEYS.slice(1)) {
      const kms = key < 'k050' ? 'a' : 'b';
      await copy(`key/${ONE_KEY}`, `key/${key}`);
      await copy(`material/${ONE_KEY}/1`, `material/${key}/1`);
      await copy(`distribution/a/${ONE_KEY}`, `distribution/${kms}/${key}`);
    }
    engine = await start();
    // All of them are copies, whose object is labelled for the one.
    cloud.searchable = false;
    reads = [];
  });
  const unfinished = async (key: string): Promise<void> => {
    const path = `distribution/${key < 'k050' ? 'a' : 'b'}/${key}`;
    const record = JSON.parse(Buffer.from((await storage.get(path))?.value ?? []).toString()) as object;
    await storage.put({ key: path, value: Buffer.from(JSON.stringify({ ...record, removing: true })) });
  };
  const placeOf = (key: string): string => `${key < 'k050' ? 'a' : 'b'}/${key}`;

  it('continues in each tick where it stopped and reads each distribution once', async () => {
    readMs = 500;
    const perTick: number[] = [];
    for (let tick = 0; tick < 6; tick++) {
      const readBefore = reads.length;
      await engine.tick(false);
      perTick.push(reads.length - readBefore);
    }
    expect(new Set(reads).size).toBe(100);
    expect(reads).toHaveLength(100);
    // Twenty take the ten seconds of a tick, and what is being read then is finished.
    expect(perTick).toEqual([32, 34, 32, 2, 0, 0]);
  });

  it('finds an incomplete distribution at its end', async () => {
    await unfinished('k099');
    readMs = 1000;
    for (let tick = 0; tick < 8; tick++) await engine.tick(false);
    expect(storage.keys()).not.toContain(`distribution/${placeOf('k099')}`);
    expect(storage.keys()).toContain(`distribution/${placeOf('k098')}`);
  });

  it('does not delay distributions that are due', async () => {
    await writeKey(engine, { key: 'z' });
    cloud.fault = (action) => (action === 'import' ? { when: 'before', reason: 'forbidden' } : undefined);
    await engine.errorOf(distribute(engine, 'z', 'b'));
    cloud.fault = () => undefined;
    reads = [];
    readMs = 1000;
    await engine.tick(false);
    expect(reads[0]).toBe('z');
    expect(reads.length).toBeLessThan(40);
    expect([...cloud.objects.values()].at(-1)).toMatchObject({ state: 'enabled' });
  });

  it('continues where it failed', async () => {
    before = (key) => {
      if (key !== `distribution/${placeOf('k060')}`) return;
      before = () => undefined;
      throw new StorageError('the disk is gone');
    };
    await unfinished('k060');
    await unfinished('k099');
    await engine.tick(false);
    await engine.tick(false);
    await engine.tick(false);
    expect(storage.keys().filter((key) => /^distribution\/b\/k0(60|99)$/.test(key))).toEqual([]);
  });

  it('continues after a key that is removed, and reads one that is added', async () => {
    readMs = 500;
    await engine.tick(false);
    const last = reads.at(-1) ?? '';
    await storage.delete(`distribution/${placeOf(last)}`);
    await copy(`distribution/a/${ONE_KEY}`, 'distribution/b/k100');
    await copy(`key/${ONE_KEY}`, 'key/k100');
    for (let tick = 0; tick < 4; tick++) await engine.tick(false);
    expect(new Set(reads).size).toBe(101);
    expect(reads).toHaveLength(101);
  });

  it('restarts in the last tick of a mount', async () => {
    await engine.tick(false);
    await unfinished('k007');
    await engine.tick(false);
    expect(storage.keys()).toContain('distribution/a/k007');
    await engine.tick(true);
    expect(storage.keys()).not.toContain('distribution/a/k007');
  });
});
