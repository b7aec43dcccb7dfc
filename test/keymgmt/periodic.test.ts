import { beforeEach, describe, expect, it } from 'vitest';
import { READ_ONLY_TEXT, StorageError } from '../../src/logical/index.ts';
import { silentLogger } from '../../src/support/logger.ts';
import { AWS, distribute, testClock, writeKey, type TestClock } from '../support/distributed-key.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { violations } from '../support/invariants.ts';
import { modelCloud, type ModelCloud } from '../support/model-cloud.ts';
import { keyChange } from '../support/records.ts';

describe('periodic function', () => {
  let clock: TestClock;
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let warnings: string[];
  /** Told of every call to the storage before it is made; may make it fail. */
  let before: (call: string) => Promise<void> | void;
  beforeEach(() => {
    clock = testClock();
    warnings = [];
    before = () => undefined;
    cloud = modelCloud({ clock });
    storage = inMemoryStorage();
  });

  const start = (): Promise<Engine> =>
    startEngine({
      storage: {
        get: async (key) => {
          await before(`get ${key}`);
          return storage.get(key);
        },
        put: async (entry) => {
          await before(`put ${entry.key}`);
          await storage.put(entry);
        },
        delete: async (key) => {
          await before(`delete ${key}`);
          await storage.delete(key);
        },
        list: async (prefix) => {
          const found = await storage.list(prefix);
          await before(`list ${prefix}`);
          return found;
        },
      },
      drivers: cloud.drivers,
      clock,
      logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
    });
  const failOnce = (call: string): void => {
    let failed = false;
    before = (made) => {
      if (failed || made !== call) return;
      failed = true;
      throw new StorageError('the disk is gone');
    };
  };
  /** What a process leaves that dies in the middle of a distribution. @returns the next process */
  const leaveUnfinished = async (action: 'create' | 'import'): Promise<Engine> => {
    const dying = await start();
    await writeKey(dying, { fields: { deletion_allowed: true } });
    await dying.write('kms/aws', AWS);
    cloud.fault = (called) => (called === action ? { when: 'after', reason: 'timeout' } : undefined);
    expect(await dying.errorOf(distribute(dying))).toBeDefined();
    cloud.fault = () => undefined;
    warnings = [];
    return start();
  };

  it.each(['list distribution/', 'list distribution/aws/', 'get distribution/aws/k', 'get key/k'])(
    'finishes distributions after its scan fails at "%s"',
    async (call) => {
      const engine = await leaveUnfinished('import');
      failOnce(call);
      await engine.tick(false).catch(() => undefined);
      await engine.tick(false);
      expect(await violations(storage, cloud)).toEqual([]);
    },
  );

  it('deletes material of a failed creation in the next tick after storage fails', async () => {
    await storage.put(keyChange('unborn', 'creation'));
    await storage.put({ key: 'material/unborn/1', value: Buffer.of(1) });
    const engine = await start();
    failOnce('delete material/unborn/1');
    await expect(engine.tick(false)).rejects.toThrow('the disk is gone');
    await engine.tick(false);
    expect(storage.keys()).toEqual([]);
  });

  it('lists key changes only when there may be some', async () => {
    const engine = await start();
    await engine.tick(false);
    const calls: string[] = [];
    before = (call) => void calls.push(call);
    await engine.tick(false);
    expect(calls).not.toContain('list material/');
    expect(calls).not.toContain('list key-change/');
  });

  it('deletes material of a deletion that fails during the sweep', async () => {
    const engine = await start();
    await writeKey(engine, { fields: { deletion_allowed: true } });
    before = async (call) => {
      if (call === 'delete material/k/1') throw new StorageError('the disk is gone');
      if (call !== 'list key-change/') return;
      await expect(engine.request('delete', 'key/k')).rejects.toThrow('the disk is gone');
    };
    await engine.tick(false);
    before = () => undefined;
    await engine.tick(false);
    expect(storage.keys()).toEqual([]);
  });

  it('deletes material of a deletion that fails after the sweep', async () => {
    const engine = await start();
    await writeKey(engine, { fields: { deletion_allowed: true } });
    before = async (call) => {
      if (call === 'delete key/k') await engine.tick(false);
      if (call === 'delete material/k/1') throw new StorageError('the disk is gone');
    };
    await expect(engine.request('delete', 'key/k')).rejects.toThrow('the disk is gone');
    before = () => undefined;
    await engine.tick(false);
    expect(storage.keys()).toEqual([]);
  });

  it('searches for orphans in the next tick after storage fails', async () => {
    cloud.searchable = false;
    const engine = await leaveUnfinished('create');
    failOnce('list orphan/');
    await expect(engine.tick(false)).rejects.toThrow('the disk is gone');
    expect(storage.keys().filter((key) => key.startsWith('orphan/'))).toHaveLength(1);
    cloud.searchable = true;
    await engine.tick(false);
    expect(storage.keys().filter((key) => key.startsWith('orphan/'))).toEqual([]);
    expect([...cloud.objects.values()].map(({ state }) => state)).toEqual(['pending_deletion', 'enabled']);
  });

  it('logs no warning on a node that may not write', async () => {
    const engine = await leaveUnfinished('import');
    before = (call) => {
      if (call.startsWith('put')) throw new StorageError(READ_ONLY_TEXT);
    };
    await engine.tick(false);
    expect(warnings).toEqual([]);
  });

  it('cancellation does not delay the next attempt', async () => {
    const engine = await leaveUnfinished('import');
    const host = new AbortController();
    before = (call) => {
      if (call === 'list material/') host.abort(new Error('the host is going'));
    };
    await expect(engine.request('rollback', '', {}, host.signal)).rejects.toThrow('the host is going');
    expect(warnings).toEqual([]);
    await engine.tick(false);
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it('cancellation during an orphan search logs no warning', async () => {
    cloud.searchable = false;
    const engine = await leaveUnfinished('create');
    await engine.tick(false);
    warnings = [];
    const host = new AbortController();
    cloud.fault = (action) => {
      if (action !== 'find') return undefined;
      host.abort(new Error('the host is going'));
      return { when: 'before', reason: 'timeout' };
    };
    await expect(engine.request('rollback', '', { immediate: true }, host.signal)).rejects.toThrow();
    expect(warnings).toEqual([]);
  });

  it('waits 30 seconds before it retries an unreadable record', async () => {
    await storage.put({ key: 'distribution/aws/k', value: Buffer.from('{"schema":2}') });
    await storage.put({ key: 'key/k', value: Buffer.from('{}') });
    const engine = await start();
    for (const [wait, tries] of [
      [0, 1],
      [29_000, 1],
      [1_000, 2],
    ] as const) {
      clock.advance(wait);
      await engine.tick(false);
      expect(warnings).toEqual(Array.from({ length: tries }, () => 'a distribution is still incomplete'));
    }
  });

  it('retries a distribution with exponential backoff that failing requests do not extend', async () => {
    const engine = await start();
    await writeKey(engine);
    await engine.write('kms/aws', AWS);
    cloud.fault = (action) => (action === 'import' ? { when: 'before', reason: 'unavailable' } : undefined);
    for (let time = 0; time < 8; time++) await engine.errorOf(distribute(engine));
    const began = clock.now();
    const tries: number[] = [];
    while (clock.now() < began + 1_000_000) {
      const before = cloud.calls.length;
      await engine.tick(false);
      if (cloud.calls.length > before) tries.push((clock.now() - began) / 1000);
      clock.advance(10_000);
    }
    expect(tries).toEqual([0, 30, 90, 210, 450, 930]);
  });
});
