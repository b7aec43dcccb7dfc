import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AES, AWS, distributedKey, driversWith, PURPOSE, writeKey } from '../support/distributed-key.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { violations } from '../support/invariants.ts';
import { modelCloud, type ModelCloud } from '../support/model-cloud.ts';
import { seedFrom } from '../support/seed.ts';

const SEED = seedFrom('CONCURRENCY_SEED');

/** Requests that change one key, each as its client sends it. */
const REQUESTS = {
  distribute: (engine: Engine) => engine.write('kms/aws/key/k', PURPOSE),
  rotate: (engine: Engine) => engine.write('key/k/rotate'),
  disable: (engine: Engine) => engine.write('key/k', { min_enabled_version: 2 }),
  enable: (engine: Engine) => engine.write('key/k', { min_enabled_version: 1 }),
  remove: (engine: Engine) => engine.request('delete', 'kms/aws/key/k'),
  sync: (engine: Engine) => engine.write('kms/aws/key/k/sync'),
  tick: (engine: Engine) => engine.tick(),
};
type RequestName = keyof typeof REQUESTS;

interface World {
  readonly cloud: ModelCloud;
  readonly storage: InMemoryStorage;
  readonly engine: Engine;
}

/** @param delays how many turns each call to the storage takes, over and over */
async function newWorld(delays: readonly number[]): Promise<World> {
  let calls = 0;
  const slowly = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    for (let turns = delays[calls++ % delays.length] ?? 0; turns > 0; turns--) await Promise.resolve();
    return result;
  };
  return distributedKey({
    distributed: false,
    fields: { deletion_allowed: true },
    reached: (storage) => ({
      get: (key) => slowly(storage.get(key)),
      put: (entry) => slowly(storage.put(entry)),
      delete: (key) => slowly(storage.delete(key)),
      list: (prefix) => slowly(storage.list(prefix)),
    }),
  });
}

const manyTurns = async (): Promise<void> => {
  for (let turns = 300; turns > 0; turns--) await Promise.resolve();
};

/** An engine beside which something else is begun right after a record was written, and given much time. */
async function startIntruded(
  record: string,
  intrude: (engine: Engine) => Promise<unknown>,
): Promise<{ storage: InMemoryStorage; engine: Engine; intruded: () => Promise<unknown> }> {
  const storage = inMemoryStorage();
  let intrusion: Promise<unknown> = Promise.reject(new Error(`${record} was never written`));
  intrusion.catch(() => undefined);
  const engine: Engine = await startEngine({
    drivers: modelCloud().drivers,
    storage: {
      ...storage,
      put: async (entry) => {
        await storage.put(entry);
        if (entry.key !== record) return;
        intrusion = intrude(engine);
        await manyTurns();
      },
    },
  });
  return { storage, engine, intruded: () => intrusion };
}

/** A world in which one call of the cloud answers so late that everything that does not wait is done before. */
async function slowWorld(action: 'create' | 'import', meanwhile: (world: World) => void): Promise<World> {
  const late = async <T>(answer: Promise<T>): Promise<T> => {
    const result = await answer;
    meanwhile(world);
    await manyTurns();
    return result;
  };
  const world: World = await distributedKey({
    distributed: false,
    drivers: (cloud) =>
      driversWith(cloud, (client) =>
        action === 'create'
          ? { ...client, create: (...args) => late(client.create(...args)) }
          : {
              ...client,
              perform: (step, ...args) => {
                const performed = client.perform(step, ...args);
                return step.action === 'import' ? late(performed) : performed;
              },
            },
      ),
  });
  return world;
}

describe('concurrent requests for the same key', () => {
  const names = fc.constantFrom(...(Object.keys(REQUESTS) as RequestName[]));
  const delays = fc.array(fc.nat({ max: 12 }), { minLength: 16, maxLength: 16 });

  it(`end in a consistent state (CONCURRENCY_SEED=${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(names, { maxLength: 2 }),
        fc.array(names, { minLength: 2, maxLength: 4 }),
        delays,
        async (before, together, turns) => {
          const { cloud, storage, engine } = await newWorld(turns);
          const send = (name: RequestName): Promise<string | undefined> =>
            engine.errorOf(REQUESTS[name](engine).then((answer) => answer ?? undefined));
          for (const name of before) await send(name);
          await Promise.all(together.map(send));
          await engine.tick();
          expect(await violations(storage, cloud)).toEqual([]);
          expect(storage.keys().filter((key) => key.startsWith('orphan/'))).toEqual([]);
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('create one KMS key for identical distributions', async () => {
    const { cloud, engine } = await newWorld([3]);
    await Promise.all([1, 2, 3].map(() => REQUESTS.distribute(engine)));
    expect(cloud.calls.filter((call) => call.startsWith('create'))).toHaveLength(1);
  });

  it('rotation does not restore a distribution that force-remove deleted', async () => {
    const { cloud, engine } = await newWorld([0]);
    await REQUESTS.distribute(engine);
    let forgotten: Promise<unknown> = Promise.resolve();
    cloud.fault = (action) => {
      if (action === 'create') forgotten = engine.write('kms/aws/key/k/force-remove');
      return undefined;
    };
    await REQUESTS.rotate(engine);
    await forgotten;
    expect(await engine.read('kms/aws/key/k')).toBeUndefined();
    expect(await engine.read('key/k')).toMatchObject({ latest_version: 2 });
  });

  it('rotation does not restore a distribution that was removed', async () => {
    let removed: Promise<unknown> = Promise.resolve();
    const { storage, cloud, engine } = await slowWorld('create', (world) => {
      if (world.cloud.objects.size > 1) removed = REQUESTS.remove(world.engine);
    });
    await REQUESTS.distribute(engine);
    await REQUESTS.rotate(engine);
    await removed;
    expect(await engine.read('kms/aws/key/k')).toBeUndefined();
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it('rotation waits for the tick that finishes the distribution', async () => {
    let rotated: Promise<unknown> | undefined;
    const { storage, cloud, engine } = await slowWorld('import', (world) => {
      rotated ??= REQUESTS.rotate(world.engine);
    });
    cloud.fault = (action) => (action === 'create' ? { when: 'before', reason: 'timeout' } : undefined);
    await engine.errorOf(REQUESTS.distribute(engine));
    cloud.fault = () => undefined;
    await engine.tick();
    await rotated;
    expect(cloud.calls.filter((call) => call.startsWith('import'))).toHaveLength(2);
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it.each([[[0]], [[1]], [[2]], [[5]], [[0, 7]], [[7, 0, 3]]])(
    'deletion and distribution leave the key either deleted or distributed, with its material (turns %j)',
    async (turns) => {
      const { cloud, storage, engine } = await newWorld(turns);
      await Promise.all([
        engine.errorOf(engine.request('delete', 'key/k')),
        engine.errorOf(REQUESTS.distribute(engine)),
      ]);
      await engine.tick();
      if ((await engine.read('key/k')) === undefined) {
        expect(storage.keys()).toEqual(['kms/aws']);
        expect(cloud.objects.size).toBe(0);
      } else {
        expect(await violations(storage, cloud)).toEqual([]);
      }
    },
  );

  it.each([[[0]], [[1]], [[2]], [[5]], [[0, 7]], [[7, 0, 3]]])(
    'deletion of the KMS leaves no distribution to it, and an update does not restore it (turns %j)',
    async (turns) => {
      const { storage, engine } = await newWorld(turns);
      const deletion = (): Promise<unknown> => engine.errorOf(engine.request('delete', 'kms/aws'));
      await Promise.all([engine.errorOf(REQUESTS.distribute(engine)), deletion()]);
      const left = storage.keys().filter((key) => /^(kms|distribution)\//.test(key));
      expect([[], ['distribution/aws/k', 'kms/aws']]).toContainEqual(left);

      await REQUESTS.remove(engine);
      await engine.write('kms/aws', AWS);
      // Whichever comes first, it is gone then: an update of what is not there lacks its key_collection.
      const update = engine.request('update', 'kms/aws', { provider: 'awskms' });
      await Promise.all([engine.errorOf(update), deletion()]);
      expect(storage.keys()).not.toContain('kms/aws');
    },
  );

  it('a tick does not restore a possible orphan that is dismissed during its search', async () => {
    let reading: () => void = () => undefined;
    const read = new Promise<void>((resolve) => (reading = resolve));
    let watched = false;
    let attempts = 0;
    const { cloud, storage, engine } = await distributedKey({
      distributed: false,
      newAttempt: () => `attempt-${attempts++}`,
      reached: (inner) => ({
        get: async (key) => {
          const entry = await inner.get(key);
          if (watched && key === 'orphan/aws/attempt-0') reading();
          return entry;
        },
        delete: async (key) => {
          // The tick has read the record, and waits for the key's lock.
          if (key === 'orphan/aws/attempt-0') await manyTurns();
          await inner.delete(key);
        },
      }),
    });
    cloud.searchable = false;
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    await engine.errorOf(REQUESTS.distribute(engine));
    cloud.fault = () => undefined;
    await REQUESTS.distribute(engine);
    expect(storage.keys()).toContain('orphan/aws/attempt-0');
    // What the tick finds differs from what is on record, so that it writes.
    cloud.searchable = true;
    const object = cloud.objects.get('key-1');
    if (object) object.labels = {};
    watched = true;
    const dismissed = engine.request('delete', 'kms/aws/orphan/attempt-0');
    await read;
    await Promise.all([dismissed, engine.tick()]);
    expect(storage.keys()).not.toContain('orphan/aws/attempt-0');
  });

  it('an update does not restore a KMS that is deleted while its record is read', async () => {
    const storage = inMemoryStorage();
    let late = false;
    const engine = await startEngine({
      drivers: modelCloud().drivers,
      storage: {
        ...storage,
        get: async (key) => {
          const entry = await storage.get(key);
          if (late && key === 'kms/aws') await manyTurns();
          return entry;
        },
      },
    });
    await engine.write('kms/aws', AWS);
    late = true;
    await Promise.all([
      engine.request('update', 'kms/aws', { credentials: { access_key: 'a' } }),
      engine.request('delete', 'kms/aws'),
    ]);
    expect(storage.keys()).toEqual([]);
  });

  it.each([[[0]], [[1]], [[3]], [[8]], [[0, 5]], [[9, 0, 4]]])(
    'an update of the settings loses no version (turns %j)',
    async (turns) => {
      const { engine } = await newWorld(turns);
      await Promise.all([REQUESTS.rotate(engine), REQUESTS.enable(engine), REQUESTS.rotate(engine)]);
      expect(await engine.read('key/k')).toMatchObject({ latest_version: 3 });
    },
  );

  it('a tick deletes no material of a key that is being created', async () => {
    const { storage, engine, intruded } = await startIntruded('material/new/1', (at) => at.tick());
    await engine.write('key/new', AES);
    await intruded();
    expect(storage.keys()).toEqual(['key/new', 'material/new/1']);
  });

  it('deletion during a rotation leaves no material', async () => {
    const { storage, engine, intruded } = await startIntruded('material/k/2', (at) => at.request('delete', 'key/k'));
    await writeKey(engine, { fields: { deletion_allowed: true } });
    await engine.write('key/k/rotate');
    await intruded();
    expect(storage.keys()).toEqual([]);
  });

  it.each([[[0]], [[1]], [[4]], [[0, 5]]])('concurrent creations create one key (turns %j)', async (turns) => {
    const { storage, engine } = await newWorld(turns);
    await Promise.all([1, 2, 3].map(() => engine.write('key/new', AES)));
    await engine.write('key/new/rotate');
    expect(storage.keys().filter((key) => key.includes('new'))).toEqual([
      'key/new',
      'material/new/1',
      'material/new/2',
    ]);
  });
});
