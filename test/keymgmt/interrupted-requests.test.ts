import { beforeEach, describe, expect, it } from 'vitest';
import { activeNode, READ_ONLY_TEXT, ReplicationState, StorageError, type Storage } from '../../src/logical/index.ts';
import { distributedKey, driversWith, PURPOSE, writeKey, type DistributedKey } from '../support/distributed-key.ts';
import { inMemoryStorage, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { violations } from '../support/invariants.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

// As it is shipped, where these records stay whole, and divided from the second version on.
describe.each([undefined, { part: 1, changes: 0 }])('an interrupted request (record sizes %o)', (recordSizes) => {
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let engine: Engine;
  let start: DistributedKey['start'];

  beforeEach(async () => {
    ({ engine, cloud, storage, start } = await distributedKey({ recordSizes, distributed: false }));
  });

  it.each(['create', 'import', 'set_current'])(
    'stops after %s when its client cancels, and the tick finishes it',
    async (during) => {
      const client = new AbortController();
      cloud.fault = (action) => {
        if (action === during) client.abort(new Error('the client is gone'));
        return undefined;
      };
      const request = engine.write('kms/aws/key/k', PURPOSE, client.signal);
      // What the client would hear is nobody's business: it is gone.
      await request.catch(() => undefined);
      expect(cloud.calls.at(-1)).toMatch(new RegExp(`^${during} `));
      cloud.fault = () => undefined;
      await engine.tick();
      expect(await violations(storage, cloud)).toEqual([]);
      expect(cloud.objects.size).toBe(1);
    },
  );

  it.each([
    ['on a node that may not write', 0],
    ['on a node that loses leadership during the request', 1],
  ])('%s changes nothing in the KMS', async (_, asActive) => {
    await engine.write('kms/aws/key/k', PURPOSE);
    await engine.write('key/k/rotate');
    cloud.fault = (action) => (action === 'disable' ? { when: 'before', reason: 'unavailable' } : undefined);
    await engine.errorOf(engine.write('key/k', { min_enabled_version: 2 }));
    cloud.fault = () => undefined;
    // A standby has not seen yet that the active node has restored min_enabled_version.
    const behind = inMemoryStorage();
    for (const key of storage.keys()) await behind.put((await storage.get(key)) ?? { key, value: Buffer.of() });
    await engine.write('key/k', { min_enabled_version: 1 });
    const refuse = (): Promise<never> => Promise.reject(new StorageError(READ_ONLY_TEXT));
    let asked = 0;
    const standby = await start({
      storage: { ...behind, put: refuse, delete: refuse },
      system: {
        ...activeNode,
        replicationState: async (signal) =>
          asked++ < asActive ? activeNode.replicationState(signal) : ReplicationState.performanceStandby,
      },
    });
    await expect(standby.write('kms/aws/key/k', PURPOSE)).rejects.toThrow(READ_ONLY_TEXT);
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it('is not started when it is canceled while it waits for the lock of the key', async () => {
    const client = new AbortController();
    const first = engine.write('kms/aws/key/k', PURPOSE);
    const second = engine.write('key/k/rotate', {}, client.signal);
    client.abort(new Error('the client is gone'));
    await expect(second).rejects.toThrow('the client is gone');
    await first;
    expect(await engine.read('key/k')).toMatchObject({ latest_version: 1 });
  });

  it.each(['before', 'after'] as const)(
    'a version disabled right before a crash, %s its import was recorded, is enabled again on request',
    async (written) => {
      await engine.write('key/k/rotate');
      if (written === 'after') await engine.write('kms/aws/key/k', PURPOSE);
      let alive = true;
      const dying = await start({
        storage: {
          ...storage,
          put: async (entry) => {
            if (!alive) throw new StorageError('dead');
            await storage.put(entry);
          },
        },
      });
      cloud.fault = (action) => {
        alive = action !== 'disable';
        return alive ? undefined : { when: 'after', reason: 'unavailable' };
      };
      const disable = (): Promise<unknown> => dying.write('key/k', { min_enabled_version: 2 });
      if (written === 'before') {
        await disable();
        await dying.write('kms/aws/key/k', PURPOSE).catch(() => undefined);
      } else {
        await disable().catch(() => undefined);
      }
      expect(cloud.objects.get('key-1')?.state).toBe('disabled');
      cloud.fault = () => undefined;
      const fresh = await start();
      await fresh.write('key/k', { min_enabled_version: 1 });
      expect(await violations(storage, cloud)).toEqual([]);
    },
  );

  it('a min_enabled_version that is lowered again before a crash is applied after a disable without an answer', async () => {
    await engine.write('key/k/rotate');
    await engine.write('kms/aws/key/k', PURPOSE);
    cloud.fault = (action) => (action === 'disable' ? { when: 'after', reason: 'timeout' } : undefined);
    expect(await engine.errorOf(engine.write('key/k', { min_enabled_version: 2 }))).toBeDefined();
    cloud.fault = () => undefined;
    let left = 1;
    const dying = await start({
      storage: {
        ...storage,
        put: async (entry) => {
          if (left-- <= 0) throw new StorageError('dead');
          await storage.put(entry);
        },
      },
    });
    await expect(dying.write('key/k', { min_enabled_version: 1 })).rejects.toThrow('dead');
    await (await start()).tick();
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5])(
    'loss of leadership at write %i returns the read-only error, and the new leader finishes the request',
    async (writes) => {
      let left = writes;
      const demoted: Storage = {
        ...storage,
        put: async (entry) => {
          if (--left <= 0) throw new StorageError(READ_ONLY_TEXT);
          return storage.put(entry);
        },
      };
      const old = await start({ storage: demoted });
      const outcome = await old.write('kms/aws/key/k', PURPOSE).then(
        () => 'answered',
        (error: unknown) => (error instanceof StorageError ? error.message : `other: ${String(error)}`),
      );
      expect([READ_ONLY_TEXT, 'answered']).toContain(outcome);
      const fresh = await start();
      await fresh.tick();
      await fresh.write('kms/aws/key/k', PURPOSE);
      expect(await violations(storage, cloud)).toEqual([]);
    },
  );

  describe('when storage fails', () => {
    /** The storage, until `fails` says so of a write. */
    const failing = (fails: (key: string) => boolean): Storage => ({
      ...storage,
      put: async (entry) => {
        if (fails(entry.key)) throw new StorageError('the disk is full');
        await storage.put(entry);
      },
    });

    it('keeps a created KMS key in memory when the record cannot be written, and does not search for it', async () => {
      cloud.searchable = false;
      let full = false;
      engine = await start({ storage: failing(() => full), drivers: cloud.drivers });
      cloud.fault = (action) => {
        full = action === 'create';
        return undefined;
      };
      await expect(engine.write('kms/aws/key/k', PURPOSE)).rejects.toThrow('the disk is full');
      full = false;
      cloud.fault = () => undefined;
      await engine.write('kms/aws/key/k', PURPOSE);
      expect(cloud.objects.size).toBe(1);
      expect(await violations(storage, cloud)).toEqual([]);
    });

    it('returns the error of storage when the material cannot be read', async () => {
      engine = await start({
        storage: {
          ...storage,
          get: async (key) => {
            if (key === 'material/k/1') throw new StorageError('the disk is gone');
            return storage.get(key);
          },
        },
      });
      await expect(engine.write('kms/aws/key/k', PURPOSE)).rejects.toThrow(new StorageError('the disk is gone'));
    });

    it('records an adopted KMS key before the import', async () => {
      cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
      await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE));
      let dead = false;
      const dying = await start({ storage: failing(() => dead), drivers: cloud.drivers });
      cloud.fault = (action) => {
        dead = action === 'import';
        return dead ? { when: 'before', reason: 'unavailable' } : undefined;
      };
      await expect(dying.write('kms/aws/key/k', PURPOSE)).rejects.toThrow();
      cloud.fault = () => undefined;
      // The next process may not search any more.
      cloud.searchable = false;
      await (await start()).tick();
      expect(cloud.objects.size).toBe(1);
      expect(await violations(storage, cloud)).toEqual([]);
    });

    it('the tick finishes a request whose last write failed', async () => {
      let full = false;
      engine = await start({ storage: failing(() => full), drivers: cloud.drivers });
      // The first tick of a process looks through everything; it is not the one that is meant.
      await engine.tick(false);
      cloud.fault = (action) => {
        full = action === 'set_current';
        return undefined;
      };
      await expect(engine.write('kms/aws/key/k', PURPOSE)).rejects.toThrow('the disk is full');
      full = false;
      cloud.fault = () => undefined;
      await engine.tick(false);
      const record = Buffer.from((await storage.get('distribution/aws/k'))?.value ?? []);
      expect(JSON.parse(record.toString())).toMatchObject({ current: 1 });
    });
  });

  it('does not block requests for another key', async () => {
    await writeKey(engine, { key: 'other' });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = await start({
      drivers: driversWith(cloud, (client) => ({
        ...client,
        create: async (step, attempt, target, signal) => {
          if (target.keyName === 'k') await held;
          return client.create(step, attempt, target, signal);
        },
      })),
    });
    const stuck = slow.write('kms/aws/key/k', PURPOSE);
    expect(await slow.write('kms/aws/key/other', PURPOSE)).toBeUndefined();
    expect(await slow.read('key/k')).toMatchObject({ latest_version: 1 });
    release();
    expect(await stuck).toBeUndefined();
  });
});
