import { expect } from 'vitest';
import type { RecordSizes } from '../../src/keymgmt/records/record-parts.ts';
import type { Storage } from '../../src/logical/index.ts';
import type { CloudModel } from '../clouds/cloud-model.ts';
import type { TestClock } from '../support/distributed-key.ts';
import { clockOf } from '../support/clock.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { readJson } from '../support/plain-records.ts';

/** A mount with the key `k` and the KMS `cloud`, which is a model cloud. */
export interface World {
  /** Starts a process; on the storage as it reaches it. */
  start(storage?: Storage): Promise<Engine>;
  readonly storage: InMemoryStorage;
  readonly cloud: CloudModel;
  engine: Engine;
  readonly clock: TestClock;
  /** All is well again, and what was left undone is taken up. */
  recover(): Promise<void>;
  /** Time passes, in which the engine takes up what is not finished. */
  settle(): Promise<void>;
  /** Asks the cloud for what strangers did, and undoes it. */
  repair(): Promise<void>;
  /** What is wrong, in words. */
  violations(): Promise<readonly string[]>;
}

/** A cloud that is at work on something is asked again; none takes longer. */
const MOST_ATTEMPTS = 20;

export async function newWorld(
  makeCloud: (clock: TestClock) => CloudModel | Promise<CloudModel>,
  sizes: RecordSizes | undefined,
): Promise<World> {
  const storage = inMemoryStorage();
  let now = Date.parse('2026-01-01T00:00:00Z');
  const clock = { ...clockOf(() => now), advance: (ms: number) => void (now += ms) };
  const cloud = await makeCloud(clock);
  const drivers = { [cloud.driver.kind]: cloud.driver };
  const start = (as: Storage = storage): Promise<Engine> =>
    startEngine({ storage: as, drivers, clock, recordSizes: sizes });
  const world: World = {
    start,
    storage,
    cloud,
    clock,
    engine: await start(),
    async recover() {
      cloud.fault = () => undefined;
      cloud.searchable = true;
      // Longer than the consistency window, and not so long that the restore guard is engaged.
      clock.advance(30 * 60_000);
      world.engine = await start();
      await world.settle();
    },
    async settle() {
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        await world.engine.tick();
        clock.advance(60_000);
        if ((await world.violations()).length === 0) return;
      }
    },
    async repair() {
      // A stranger may have moved the name to an object whose creation was never answered: a person decides that.
      await world.engine.write('restore-guard', { engaged: false });
      await world.engine.tick();
      if ((await world.engine.read('kms/cloud/key/k')) === undefined) return;
      const sync = (): Promise<string | undefined> =>
        world.engine.errorOf(world.engine.write('kms/cloud/key/k/sync', { force: true }));
      let error = await sync();
      for (let attempt = 1; error !== undefined && attempt < MOST_ATTEMPTS; attempt++) error = await sync();
      expect(error).toBeUndefined();
      // What had the name until now is no longer in use.
      await world.engine.tick();
    },
    violations: () => cloud.violations(storage, 'cloud', 'k'),
  };
  await world.engine.write('key/k', { type: cloud.key?.type ?? 'aes256-gcm96' });
  if (cloud.regions.length > 0) {
    const key = { ...(await readJson(storage, 'key/k')), replica_regions: cloud.regions };
    await storage.put({ key: 'key/k', value: Buffer.from(JSON.stringify(key)) });
  }
  await world.engine.write('kms/cloud', {
    provider: cloud.driver.kind,
    key_collection: cloud.keyCollection,
    ...(cloud.credentials && { credentials: cloud.credentials }),
  });
  return world;
}
