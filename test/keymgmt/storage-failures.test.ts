import { beforeEach, describe, expect, it } from 'vitest';
import { StorageError, type Storage } from '../../src/logical/index.ts';
import {
  distributedKey,
  driversWith,
  PURPOSE,
  type DistributedKey,
  type TestClock,
} from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import { violations } from '../support/invariants.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

const HOURS = 3_600_000;

describe('a request that fails or is canceled', () => {
  let clock: TestClock;
  let startWith: DistributedKey['start'];
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  beforeEach(async () => {
    ({
      cloud,
      storage,
      clock,
      start: startWith,
    } = await distributedKey({
      distributed: false,
      fields: { deletion_allowed: true },
    }));
  });

  const start = (reached: Partial<Storage> = {}): Promise<Engine> => startWith({ storage: { ...storage, ...reached } });
  const ticksOfHours = async (engine: Engine): Promise<void> => {
    for (let tick = 0; tick < 3; tick++) {
      clock.advance(2 * HOURS);
      // Not the immediate one, which looks through everything.
      await engine.tick(false).catch(() => undefined);
    }
  };

  it('does not release the lock when it is canceled while it waits', async () => {
    let slow = false;
    const engine = await start({
      put: async (entry) => {
        await new Promise((resolve) => setTimeout(resolve, slow ? 5 : 0));
        await storage.put(entry);
      },
    });
    await engine.write('kms/aws/key/k', PURPOSE);
    slow = true;
    const client = new AbortController();
    const first = engine.write('key/k/rotate');
    const second = engine.write('key/k/rotate', {}, client.signal);
    client.abort(new Error('the client is gone'));
    await expect(second).rejects.toThrow('the client is gone');
    await Promise.all([first, engine.write('key/k/rotate')]);
    expect((await engine.read('key/k'))?.['latest_version']).toBe(3);
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it.each<[string, string, boolean, (engine: Engine, signal: AbortSignal) => Promise<unknown>]>([
    ['rotation', 'key/k', true, (engine, signal) => engine.write('key/k/rotate', {}, signal)],
    [
      'update of min_enabled_version',
      'key/k',
      true,
      (engine, signal) => engine.write('key/k', { min_enabled_version: 2 }, signal),
    ],
    ['distribution', 'distribution/aws/k', false, (engine, signal) => engine.write('kms/aws/key/k', PURPOSE, signal)],
    ['removal', 'distribution/aws/k', true, (engine, signal) => engine.request('delete', 'kms/aws/key/k', {}, signal)],
    [
      'sync',
      'distribution/aws/k',
      true,
      (engine, signal) => {
        Object.assign(cloud.objects.get('key-1') ?? {}, { state: 'disabled' });
        return engine.write('kms/aws/key/k/sync', {}, signal);
      },
    ],
  ])(
    'is finished by a later tick when canceled after its desired state is stored: %s',
    async (_title, record, distributed, request) => {
      let client: AbortController | undefined;
      // As the real client of a server's storage: each call is bound to its request.
      const engine = await start({
        get: async (key, signal) => {
          signal?.throwIfAborted();
          return storage.get(key);
        },
        put: async (entry) => {
          await storage.put(entry);
          if (entry.key === record) client?.abort(new Error('the client is gone'));
        },
      });
      if (distributed) await engine.write('kms/aws/key/k', PURPOSE);
      await engine.write('key/k/rotate');
      await engine.tick(false);
      client = new AbortController();
      await expect(request(engine, client.signal)).rejects.toThrow('the client is gone');
      client = undefined;
      await ticksOfHours(engine);
      expect(await violations(storage, cloud)).toEqual([]);
    },
  );

  it('a repeated update of min_enabled_version fails while the KMS fails', async () => {
    const engine = await start();
    await engine.write('key/k/rotate');
    await engine.write('kms/aws/key/k', PURPOSE);
    cloud.fault = (action) => (action === 'disable' ? { when: 'before', reason: 'unavailable' } : undefined);
    const request = (): Promise<string | undefined> =>
      engine.errorOf(engine.write('key/k', { min_enabled_version: 2 }));
    expect(await request()).toContain('repeat the request to retry now');
    expect(await request()).toContain('repeat the request to retry now');
    cloud.fault = () => undefined;
    expect(await request()).toBeUndefined();
    expect(cloud.objects.get('key-1')?.state).toBe('disabled');
  });

  it('a rotation retried after a failed sync creates no further version', async () => {
    let down = false;
    const unreachable = { outcome: 'unreachable', why: 'down' } as const;
    const engine = await startWith({
      drivers: driversWith(cloud, (client) => ({
        ...client,
        observe: async (...asked) => {
          const seen = await client.observe(...asked);
          if (!down) return seen;
          const versions = seen.versions.map(({ version, place }) => ({ version, place, ...unreachable }));
          return { versions, names: [{ ...unreachable, place: '' }], others: [] };
        },
        observeName: async (...asked) => (down ? unreachable : client.observeName(...asked)),
      })),
    });
    await engine.write('kms/aws/key/k', PURPOSE);
    down = true;
    cloud.fault = () => ({ when: 'before', reason: 'unavailable' });
    expect(await engine.errorOf(engine.write('key/k/rotate'))).toContain('version 2 is stored in Vault');
    expect(await engine.errorOf(engine.write('kms/aws/key/k/sync'))).toBeDefined();
    down = false;
    cloud.fault = () => undefined;
    expect((await engine.write('key/k/rotate'))?.warnings?.[0]).toContain('has finished it');
    expect((await engine.read('key/k'))?.['latest_version']).toBe(2);
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it.each(['failed before it is recorded', 'failed at the KMS', 'not failed'])(
    'is finished by one tick and not read by later ticks: %s',
    async (when) => {
      let [reads, full] = [0, when === 'failed before it is recorded'];
      const engine = await start({
        get: async (key) => {
          if (key.startsWith('distribution/')) reads++;
          return storage.get(key);
        },
        put: async (entry) => {
          if (full && entry.key === 'distribution/aws/k') throw new StorageError('the disk is full');
          await storage.put(entry);
        },
      });
      await engine.tick(false);
      if (when === 'failed at the KMS') cloud.fault = () => ({ when: 'before', reason: 'unavailable' });
      await engine.write('kms/aws/key/k', PURPOSE).catch(() => undefined);
      cloud.fault = () => undefined;
      full = false;
      await ticksOfHours(engine);
      reads = 0;
      await ticksOfHours(engine);
      expect(reads).toBe(0);
    },
  );

  it.each(['refused', 'force-removed'])('is not read by a tick after it is %s', async (end) => {
    let reads = 0;
    const engine = await start({
      get: async (key) => {
        if (key.startsWith('distribution/')) reads++;
        return storage.get(key);
      },
    });
    await engine.tick(false);
    cloud.fault = (action) => {
      if (action !== 'create') return undefined;
      return { when: 'before', reason: end === 'refused' ? 'forbidden' : 'timeout' };
    };
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toBeDefined();
    if (end === 'force-removed') await engine.write('kms/aws/key/k/force-remove');
    reads = 0;
    await ticksOfHours(engine);
    expect(reads).toBe(0);
  });

  it('is finished despite an unreadable record of another key', async () => {
    const before = await start();
    cloud.fault = (action) => (action === 'import' ? { when: 'before', reason: 'unavailable' } : undefined);
    expect(await before.errorOf(before.write('kms/aws/key/k', PURPOSE))).toBeDefined();
    cloud.fault = () => undefined;
    await storage.put({ key: 'distribution/aws/a', value: Buffer.from('{"schema":2}') });
    await ticksOfHours(await start());
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it('sync keeps the record of a replaced KMS key when a write fails', async () => {
    let full = false;
    const engine = await start({
      put: async (entry) => {
        if (full && entry.key.startsWith('distribution/')) throw new StorageError('the disk is full');
        await storage.put(entry);
      },
    });
    await engine.write('kms/aws/key/k', PURPOSE);
    (cloud.objects as Map<string, unknown>).delete('key-1');
    full = true;
    await expect(engine.write('kms/aws/key/k/sync')).rejects.toThrow('the disk is full');
    full = false;
    await engine.write('kms/aws/key/k/sync');
    expect(await engine.read('kms/aws/key/k/status')).toMatchObject({ replaced: ['key-1'] });
  });

  it('DELETE kms/:name keeps possible orphans when it fails', async () => {
    let broken = false;
    const engine = await start({
      delete: async (key) => {
        if (broken && key === 'kms/aws') throw new StorageError('the disk is gone');
        await storage.delete(key);
      },
    });
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE));
    cloud.fault = () => undefined;
    cloud.searchable = false;
    await engine.write('kms/aws/key/k', PURPOSE);
    await engine.request('delete', 'kms/aws/key/k');
    broken = true;
    await expect(engine.request('delete', 'kms/aws')).rejects.toThrow('the disk is gone');
    expect(storage.keys().filter((key) => key.startsWith('orphan/'))).toHaveLength(1);
  });
});
