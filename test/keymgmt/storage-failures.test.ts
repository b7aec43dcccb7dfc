import { beforeEach, describe, expect, it } from 'vitest';
import { StorageError, type Storage } from '../../src/logical/index.ts';
import { silentLogger, type LogFields } from '../../src/support/logger.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { violations } from '../support/invariants.ts';
import { modelCloud, type ModelCloud } from '../support/model-cloud.ts';
import { clockOf } from '../support/clock.ts';

const PURPOSE = { purpose: 'encrypt,decrypt' };
const HOURS = 3_600_000;

describe('a request that is broken off', () => {
  let now: number;
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let warnings: (readonly [string, LogFields])[];
  beforeEach(() => {
    now = Date.parse('2026-01-01T00:00:00Z');
    warnings = [];
    cloud = modelCloud({ clock: { now: () => now } });
    storage = inMemoryStorage();
  });

  const start = (reached: Partial<Storage> = {}): Promise<Engine> =>
    startEngine({
      storage: { ...storage, ...reached },
      drivers: cloud.drivers,
      clock: clockOf(() => now),
      logger: { ...silentLogger, warn: (message, fields = {}) => void warnings.push([message, fields]) },
    });
  const setUp = async (engine: Engine): Promise<void> => {
    await engine.write('key/k', { type: 'aes256-gcm96', deletion_allowed: true });
    await engine.write('kms/aws', { provider: 'awskms', key_collection: 'us-west-1' });
  };
  /** Its disk is full as soon as a possible orphan is on record. */
  const startOnDiskFullOfReports = async (): Promise<{
    engine: Engine;
    disk: { reported: boolean; full: boolean };
  }> => {
    const disk = { reported: false, full: true };
    const engine = await start({
      put: async (entry) => {
        if (disk.full && disk.reported) throw new StorageError('the disk is full');
        disk.reported ||= entry.key.startsWith('orphan/');
        await storage.put(entry);
      },
    });
    await setUp(engine);
    return { engine, disk };
  };
  const states = (): readonly string[] => [...cloud.objects.values()].map(({ state }) => state);
  const ticksOfHours = async (engine: Engine): Promise<void> => {
    for (let tick = 0; tick < 3; tick++) {
      now += 2 * HOURS;
      // Not the immediate one, which looks through everything.
      await engine.tick(false).catch(() => undefined);
    }
  };

  it('while it waits for its turn lets nobody in beside the one at work', async () => {
    let slow = false;
    const engine = await start({
      put: async (entry) => {
        await new Promise((resolve) => setTimeout(resolve, slow ? 5 : 0));
        await storage.put(entry);
      },
    });
    await setUp(engine);
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
    ['a rotation', 'key/k', true, (engine, signal) => engine.write('key/k/rotate', {}, signal)],
    ['a minimum', 'key/k', true, (engine, signal) => engine.write('key/k', { min_enabled_version: 2 }, signal)],
    ['a distribution', 'distribution/aws/k', false, (engine, signal) => engine.write('kms/aws/key/k', PURPOSE, signal)],
    [
      'a removal',
      'distribution/aws/k',
      true,
      (engine, signal) => engine.request('delete', 'kms/aws/key/k', {}, signal),
    ],
    [
      'a repair',
      'distribution/aws/k',
      true,
      (engine, signal) => {
        Object.assign(cloud.objects.get('cmk-1') ?? {}, { state: 'disabled' });
        return engine.write('kms/aws/key/k/sync', {}, signal);
      },
    ],
  ])('as the wish is written is finished by a later tick: %s', async (_title, record, distributed, request) => {
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
    await setUp(engine);
    if (distributed) await engine.write('kms/aws/key/k', PURPOSE);
    await engine.write('key/k/rotate');
    await engine.tick(false);
    client = new AbortController();
    await expect(request(engine, client.signal)).rejects.toThrow('the client is gone');
    client = undefined;
    await ticksOfHours(engine);
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it('goes on when a minimum is repeated: while the cloud fails there is no success', async () => {
    const engine = await start();
    await setUp(engine);
    await engine.write('key/k/rotate');
    await engine.write('kms/aws/key/k', PURPOSE);
    cloud.fault = (action) => (action === 'disable' ? { when: 'before', reason: 'unavailable' } : undefined);
    const request = (): Promise<string | undefined> =>
      engine.errorOf(engine.write('key/k', { min_enabled_version: 2 }));
    expect(await request()).toContain('repeat the request to retry now');
    expect(await request()).toContain('repeat the request to retry now');
    cloud.fault = () => undefined;
    expect(await request()).toBeUndefined();
    expect(cloud.objects.get('cmk-1')?.state).toBe('disabled');
  });

  it('is one rotation also where a sync has failed before it is repeated', async () => {
    const connect = (...args: Parameters<typeof cloud.drivers.awskms.connect>) => {
      const client = cloud.drivers.awskms.connect(...args);
      const unreachable = { outcome: 'unreachable', why: 'down' } as const;
      return {
        ...client,
        observe: async (...asked: Parameters<typeof client.observe>) => {
          const seen = await client.observe(...asked);
          if (!down) return seen;
          const versions = seen.versions.map(({ version, place }) => ({ version, place, ...unreachable }));
          return { versions, names: [{ ...unreachable, place: '' }], others: [] };
        },
        observeName: async (...asked: Parameters<typeof client.observeName>) =>
          down ? unreachable : client.observeName(...asked),
      };
    };
    let down = false;
    const drivers = { ...cloud.drivers, awskms: { ...cloud.drivers.awskms, connect } };
    const engine = await startEngine({ storage, drivers });
    await setUp(engine);
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

  it.each(['before it is recorded', 'in the middle', 'never'])(
    'is taken up by one tick, and no other looks at it when all is done: %s',
    async (when) => {
      let [reads, full] = [0, when === 'before it is recorded'];
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
      await setUp(engine);
      await engine.tick(false);
      if (when === 'in the middle') cloud.fault = () => ({ when: 'before', reason: 'unavailable' });
      await engine.write('kms/aws/key/k', PURPOSE).catch(() => undefined);
      cloud.fault = () => undefined;
      full = false;
      await ticksOfHours(engine);
      reads = 0;
      await ticksOfHours(engine);
      expect(reads).toBe(0);
    },
  );

  it.each(['refused', 'forgotten'])('and %s leaves nothing to a tick', async (end) => {
    let reads = 0;
    const engine = await start({
      get: async (key) => {
        if (key.startsWith('distribution/')) reads++;
        return storage.get(key);
      },
    });
    await setUp(engine);
    await engine.tick(false);
    cloud.fault = (action) => {
      if (action !== 'create') return undefined;
      return { when: 'before', reason: end === 'refused' ? 'forbidden' : 'timeout' };
    };
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toBeDefined();
    if (end === 'forgotten') await engine.write('kms/aws/key/k/force-remove');
    reads = 0;
    await ticksOfHours(engine);
    expect(reads).toBe(0);
  });

  it('by an unreadable record of another key is finished all the same', async () => {
    const before = await start();
    await setUp(before);
    cloud.fault = (action) => (action === 'import' ? { when: 'before', reason: 'unavailable' } : undefined);
    expect(await before.errorOf(before.write('kms/aws/key/k', PURPOSE))).toBeDefined();
    cloud.fault = () => undefined;
    await storage.put({ key: 'distribution/aws/a', value: Buffer.from('{"schema":2}') });
    await ticksOfHours(await start());
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it('as it forgets a distribution has said before what it leaves, the attempts too', async () => {
    let lost = false;
    const engine = await start({
      delete: async (key) => {
        await storage.delete(key);
        if (lost) throw new StorageError('the answer is lost');
      },
    });
    await setUp(engine);
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toBeDefined();
    lost = true;
    await expect(engine.write('kms/aws/key/k/force-remove')).rejects.toThrow('the answer is lost');
    expect(warnings).toMatchObject([
      [
        expect.stringContaining('from storage only'),
        { key: 'k', kms: 'aws', attempts: [...cloud.objects.values()][0]?.attempt },
      ],
    ]);
  });

  it('and adopted later is no orphan when it is forgotten by force', async () => {
    const { engine, disk } = await startOnDiskFullOfReports();
    await engine.tick(false);
    const distribute = (): Promise<unknown> => engine.write('kms/aws/key/k', PURPOSE).catch(() => undefined);
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    await distribute();
    cloud.fault = () => undefined;
    cloud.searchable = false;
    // Reports the attempt, and then the storage fails.
    await distribute();
    [disk.full, cloud.searchable] = [false, true];
    await distribute();
    expect([disk.reported, states()]).toEqual([true, ['enabled']]);
    await engine.write('kms/aws/key/k/force-remove');
    await ticksOfHours(engine);
    expect(states()).toEqual(['enabled']);
  });

  it('and reported is still looked for when it is forgotten by force before it is settled', async () => {
    const { engine, disk } = await startOnDiskFullOfReports();
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toBeDefined();
    cloud.fault = () => undefined;
    cloud.searchable = false;
    await expect(engine.write('kms/aws/key/k', PURPOSE)).rejects.toThrow('the disk is full');
    await engine.tick(false);
    [disk.full, cloud.searchable] = [false, true];
    await engine.write('kms/aws/key/k/force-remove');
    expect([disk.reported, states()]).toEqual([true, ['pending_import']]);
    await ticksOfHours(engine);
    expect(states()).toEqual(['pending_deletion']);
  });

  it('and adopted later is no orphan to a tick', async () => {
    const { engine, disk } = await startOnDiskFullOfReports();
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE));
    cloud.fault = () => undefined;
    cloud.searchable = false;
    await expect(engine.write('kms/aws/key/k', PURPOSE)).rejects.toThrow('the disk is full');
    [disk.full, cloud.searchable] = [false, true];
    await ticksOfHours(engine);
    expect([disk.reported, states()]).toEqual([true, ['enabled']]);
    expect(storage.keys().filter((key) => key.startsWith('orphan/'))).toEqual([]);
  });

  it('as it repairs forgets no CMK that it replaces', async () => {
    let full = false;
    const engine = await start({
      put: async (entry) => {
        if (full && entry.key.startsWith('distribution/')) throw new StorageError('the disk is full');
        await storage.put(entry);
      },
    });
    await setUp(engine);
    await engine.write('kms/aws/key/k', PURPOSE);
    (cloud.objects as Map<string, unknown>).delete('cmk-1');
    full = true;
    await expect(engine.write('kms/aws/key/k/sync')).rejects.toThrow('the disk is full');
    full = false;
    await engine.write('kms/aws/key/k/sync');
    expect(await engine.read('kms/aws/key/k/status')).toMatchObject({ replaced: ['cmk-1'] });
  });

  it('as it deletes a KMS forgets no possible orphan', async () => {
    let broken = false;
    const engine = await start({
      delete: async (key) => {
        if (broken && key === 'kms/aws') throw new StorageError('the disk is gone');
        await storage.delete(key);
      },
    });
    await setUp(engine);
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

  it('as it deletes a key leaves no material to a new key of that name', async () => {
    let broken = false;
    const engine = await start({
      delete: async (key) => {
        if (broken && key.startsWith('material/')) throw new StorageError('the disk is gone');
        await storage.delete(key);
      },
    });
    await setUp(engine);
    await engine.write('key/k/rotate');
    await engine.tick(false);
    broken = true;
    await expect(engine.request('delete', 'key/k')).rejects.toThrow('the disk is gone');
    broken = false;
    await engine.write('key/k', { type: 'aes256-gcm96' });
    expect(storage.keys()).toEqual(['key/k', 'kms/aws', 'material/k/1']);
  });

  it('by a lost answer as it deletes a key leaves no material', async () => {
    let broken = true;
    const engine = await start({
      delete: async (key) => {
        await storage.delete(key);
        if (broken && key === 'key/k') throw new StorageError('the answer is lost');
      },
    });
    await setUp(engine);
    await engine.tick(false);
    await expect(engine.request('delete', 'key/k')).rejects.toThrow('the answer is lost');
    broken = false;
    await engine.request('delete', 'key/k');
    await engine.tick(false);
    expect(storage.keys()).toEqual(['kms/aws']);
  });

  it('as it makes a key leaves no material', async () => {
    let broken = true;
    const engine = await start({
      put: async (entry) => {
        if (broken && entry.key.startsWith('key/')) throw new StorageError('the disk is full');
        await storage.put(entry);
      },
    });
    await engine.tick(false);
    await expect(engine.write('key/k', { type: 'aes256-gcm96' })).rejects.toThrow('the disk is full');
    expect(storage.keys()).toEqual(['key-change/k', 'material/k/1']);
    broken = false;
    await engine.tick(false);
    expect(storage.keys()).toEqual([]);
  });
});
