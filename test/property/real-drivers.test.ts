import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAKES, type FakeCloud } from '../clouds/fakes.ts';
import { testClock, type TestClock } from '../support/distributed-key.ts';
import { seedFrom } from '../support/seed.ts';
import { arbitraryScene, play } from './scenes.ts';
import { newWorld } from './world.ts';

/** A fortieth of what a model cloud gets, whose requests cost nothing. */
const RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 600) / 40);
const SEED = seedFrom('PROPERTY_SEED');

process.stdout.write(`replay with PROPERTY_SEED=${SEED} PROPERTY_RUNS=${RUNS * 40}\n`);

describe.each(FAKES)(`convergence with the driver of %s (seed ${SEED})`, (_name, makeCloud) => {
  it(`ends in the desired state after any sequence of requests, faults and crashes (${RUNS} runs)`, async () => {
    const one = await makeCloud(testClock());
    const scene = arbitraryScene(one.drifts, one.operations);
    await one.close();
    await fc.assert(
      fc.asyncProperty(fc.array(scene, { minLength: 1, maxLength: 8 }), async (scenes) => {
        let cloud: FakeCloud | undefined;
        const make = async (clock: TestClock): Promise<FakeCloud> => (cloud = await makeCloud(clock));
        try {
          const world = await newWorld(make, undefined);
          for (const each of scenes) await play(world, each);
          await world.recover();
          if (scenes.some(({ action }) => action.do === 'drift')) await world.repair();
          expect(await world.violations()).toEqual([]);
        } finally {
          await cloud?.close();
        }
      }),
      { seed: SEED, numRuns: RUNS },
    );
  }, 600_000);
});
