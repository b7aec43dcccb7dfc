import { expect } from 'vitest';
import type { RecordSizes } from '../../src/keymgmt/records/record-parts.ts';
import type { JsonObject, Storage } from '../../src/logical/index.ts';
import type { KmsDriver } from '../../src/providers/port.ts';
import type { CloudModel } from '../clouds/cloud-model.ts';
import type { TestClock } from '../support/distributed-key.ts';
import { clockOf } from '../support/clock.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { readJson } from '../support/plain-records.ts';

/** A mount with the key `k` and the KMS `cloud`, which is a model cloud, or a fake behind its real driver. */
export interface World<Cloud extends CloudModel = CloudModel> {
  /** Starts a process; on the storage as it reaches it. */
  start(storage?: Storage): Promise<Engine>;
  readonly storage: InMemoryStorage;
  readonly cloud: Cloud;
  engine: Engine;
  readonly clock: TestClock;
  /** All is well again, and what was left undone is taken up. */
  recover(minutes?: number): Promise<void>;
  /** Time passes, in which the engine takes up what is not finished. */
  settle(): Promise<void>;
  /** Asks the cloud for what strangers did, and undoes it. */
  repair(): Promise<void>;
  /** What is wrong, in words. */
  violations(): Promise<readonly string[]>;
}

/** A cloud that is at work on something is asked again; none takes longer. */
const MOST_ATTEMPTS = 20;

export async function newWorld<Cloud extends CloudModel>(
  makeCloud: (clock: TestClock) => Cloud | Promise<Cloud>,
  sizes?: RecordSizes,
  /** Changes the driver on its way to the engine. */
  change = (driver: KmsDriver): KmsDriver => driver,
): Promise<World<Cloud>> {
  const storage = inMemoryStorage();
  let now = Date.parse('2026-01-01T00:00:00Z');
  const clock = { ...clockOf(() => now), advance: (ms: number) => void (now += ms) };
  const cloud = await makeCloud(clock);
  const drivers = { [cloud.driver.kind]: change(cloud.driver) };
  const start = (as: Storage = storage): Promise<Engine> =>
    startEngine({ storage: as, drivers, clock, recordSizes: sizes });
  const world: World<Cloud> = {
    start,
    storage,
    cloud,
    clock,
    engine: await start(),
    async recover(minutes = 30) {
      cloud.fault = () => undefined;
      cloud.searchable = true;
      // Longer than the consistency window, and not so long that the restore guard is engaged.
      clock.advance(minutes * 60_000);
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
  const write = async (path: string, body: JsonObject): Promise<void> => {
    expect(await world.engine.errorOf(world.engine.write(path, body)), path).toBeUndefined();
  };
  await write('key/k', { type: cloud.key?.type ?? 'aes256-gcm96' });
  if (cloud.regions.length > 0) {
    const key = { ...(await readJson(storage, 'key/k')), replica_regions: cloud.regions };
    await storage.put({ key: 'key/k', value: Buffer.from(JSON.stringify(key)) });
  }
  await write('kms/cloud', {
    provider: cloud.driver.kind,
    key_collection: cloud.keyCollection,
    ...(cloud.credentials && { credentials: cloud.credentials }),
  });
  return world;
}
