import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackendError } from '../../src/logical/index.ts';
import type { SharedCloud, Stranger } from '../clouds/shared-cloud.ts';
import type { TestClock } from '../support/distributed-key.ts';
import type { Fault } from '../support/model-calls.ts';
import { readDistribution, readJson } from '../support/plain-records.ts';
import { seedFrom } from '../support/seed.ts';
import { sharedClouds } from './shared-clouds.ts';
import { newWorld as newMount, type World as Mount } from './world.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 300);
const CLOUDS = sharedClouds(RUNS);
const SEED = seedFrom('PROPERTY_SEED');
const VERBS = ['distribute', 'rotate', 'minimum', 'sync', 'remove', 'tick'] as const;

/** An object of ours, by its index. */
const one = fc.nat({ max: 5 });

const scene = fc.record({
  verb: fc.constantFrom(...VERBS),
  away: fc.constantFrom(false, false, true),
  searchable: fc.boolean(),
  /** By index of the call within the scene. */
  faults: fc.dictionary(
    fc.nat({ max: 6 }).map(String),
    fc.record<Fault>({
      when: fc.constantFrom('before', 'after'),
      reason: fc.constantFrom('timeout', 'unavailable', 'forbidden'),
    }),
    { maxKeys: 2 },
  ),
  restart: fc.boolean(),
  /** The stranger sets all labels of one of our objects on an object of its own. */
  forged: fc.option(one, { nil: undefined, freq: 2 }),
  /** The same, of an object that has the name which the key would get now. */
  named: fc.option(one, { nil: undefined, freq: 2 }),
  /** The stranger makes an object beside ours, in what holds them. */
  planted: fc.boolean(),
  // Longer than the consistency window, and together not so long that the restore guard is engaged.
  minutes: fc.constantFrom(0, 1, 5),
});

type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

process.stdout.write(`replay with PROPERTY_SEED=${SEED} PROPERTY_RUNS=${RUNS}\n`);

describe.each(CLOUDS)(`objects and names of other owners, with %s (seed ${SEED}, %d runs)`, (_name, numRuns, make) => {
  it('are not changed or adopted, and no object in use is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(scene, { minLength: 1, maxLength: 8 }), async (scenes) => {
        const world = await newWorld(make);
        const { cloud } = world.mount;
        try {
          for (const each of scenes) {
            await plantStrangers(world, each);
            const before = cloud.live();
            await play(world, each);
            // With credentials of another account nothing can be deleted here, and nothing may be called deleted.
            if (each.away && cloud.accounts) expect(cloud.live()).toEqual(before);
            await checkStrangers(world);
          }
          if (cloud.accounts) cloud.accounts.current = cloud.accounts.home;
          await world.mount.recover(6);
          await checkStrangers(world);
          // What carries our labels and has our name may be of newer storage: a person says that it is not.
          if (await isGuardEngaged(world)) await world.mount.repair();
          await checkStrangers(world);
          expect(await world.mount.violations()).toEqual([]);
        } finally {
          await cloud.close();
        }
      }),
      { seed: SEED, numRuns },
    );
  }, 600_000);
});

interface World {
  readonly mount: Mount<SharedCloud>;
  /** With what each looked like when it was made. */
  readonly strangers: { readonly stranger: Stranger; readonly as: unknown }[];
}

async function newWorld(make: (clock: TestClock) => Promise<SharedCloud>): Promise<World> {
  const mount = await newMount(make);
  const { storage, cloud } = mount;
  if (cloud.accounts) {
    // As a KMS that holds other keys already.
    const record = { ...(await readJson(storage, 'kms/cloud')), account: cloud.accounts.home };
    await storage.put({ key: 'kms/cloud', value: Buffer.from(JSON.stringify(record)) });
  }
  return { mount, strangers: [] };
}

async function plantStrangers({ mount, strangers }: World, { forged, named, planted }: Scene): Promise<void> {
  const { cloud, clock } = mount;
  const made = [
    forged === undefined ? undefined : await cloud.forge(forged),
    named === undefined ? undefined : await cloud.takeFreeName(`k-${Math.floor(clock.now() / 1000)}`, named),
    planted ? await cloud.plant() : undefined,
  ];
  for (const stranger of made) if (stranger) strangers.push({ stranger, as: stranger.picture() });
}

async function play({ mount }: World, scene: Scene): Promise<void> {
  const { cloud, engine, clock } = mount;
  let calls = 0;
  if (cloud.accounts) cloud.accounts.current = scene.away ? cloud.accounts.away : cloud.accounts.home;
  cloud.searchable = scene.searchable;
  cloud.fault = () => scene.faults[calls++];
  const requests: Readonly<Record<(typeof VERBS)[number], () => Promise<unknown>>> = {
    distribute: () => engine.write('kms/cloud/key/k', { purpose: cloud.key?.purpose ?? 'encrypt,decrypt' }),
    rotate: () => engine.write('key/k/rotate'),
    minimum: () => engine.write('key/k', { min_enabled_version: calls + 1 }),
    sync: () => engine.write('kms/cloud/key/k/sync'),
    remove: () => engine.request('delete', 'kms/cloud/key/k'),
    tick: () => engine.tick(),
  };
  await requests[scene.verb]().catch((error: unknown) => {
    if (!(error instanceof BackendError)) throw error;
  });
  clock.advance(scene.minutes * 60_000);
  if (scene.restart) mount.engine = await mount.start();
}

async function checkStrangers({ mount: { cloud, storage }, strangers }: World): Promise<void> {
  for (const { stranger, as } of strangers) expect(stranger.picture()).toEqual(as);
  const { versions = {}, retired = [] } = (await readDistribution(storage, 'cloud', 'k')) ?? {};
  const recorded = [...retired, ...Object.values(versions).map(({ remote_id }) => remote_id)];
  expect(strangers.filter(({ stranger }) => recorded.includes(stranger.id))).toEqual([]);
  // A client that remembers its account learns of another one by what it makes there.
  if (cloud.accounts?.remembered === false) expect(cloud.abroad()).toEqual([]);
  const orphans = await Promise.all(
    (await storage.list('orphan/cloud/')).map((each) => readJson(storage, `orphan/cloud/${each}`)),
  );
  const reported = JSON.stringify(orphans);
  expect(cloud.abroad().filter((id) => !reported.includes(id))).toEqual([]);
}

async function isGuardEngaged({ mount: { engine } }: World): Promise<boolean> {
  return (await engine.read('restore-guard'))?.['engaged'] === true;
}
