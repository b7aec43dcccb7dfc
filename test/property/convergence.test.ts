import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/support/clock.ts';
import { BackendError } from '../../src/logical/index.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { modelCloud, type ModelCloud, type ModelFault } from '../support/model-cloud.ts';
import { Killed, lifeUntil, mortalStorage } from '../support/mortal.ts';
import { violations } from '../support/invariants.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 2000);
const SEED = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

type Action =
  { readonly do: 'distribute' | 'rotate' | 'remove' | 'tick' } | { readonly do: 'minimum'; readonly version: number };

/** One request, what the cloud does during it, and where the process dies in it. */
interface Scene {
  readonly action: Action;
  /** By index of the cloud call within the scene. */
  readonly faults: Readonly<Record<number, ModelFault>>;
  readonly end: { readonly call: number; readonly when: 'before' | 'after' } | undefined;
  readonly searchable: boolean;
}

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ do: 'distribute' } as const) },
  { weight: 3, arbitrary: fc.constant({ do: 'rotate' } as const) },
  { weight: 2, arbitrary: fc.constant({ do: 'remove' } as const) },
  { weight: 2, arbitrary: fc.constant({ do: 'tick' } as const) },
  { weight: 3, arbitrary: fc.nat({ max: 4 }).map((version) => ({ do: 'minimum', version }) as const) },
);
const fault: fc.Arbitrary<ModelFault> = fc.record({
  when: fc.constantFrom('before', 'after'),
  reason: fc.constantFrom('throttled', 'unavailable', 'timeout', 'forbidden', 'not_found'),
});
const scene: fc.Arbitrary<Scene> = fc.record({
  action,
  faults: fc.dictionary(fc.nat({ max: 8 }).map(String), fault, { maxKeys: 2 }),
  end: fc.option(fc.record({ call: fc.nat({ max: 25 }), when: fc.constantFrom('before', 'after') }), {
    nil: undefined,
    freq: 2,
  }),
  searchable: fc.boolean(),
});

describe('convergence', () => {
  it(`ends in the desired state after any sequence of requests, faults and crashes (seed ${SEED}, ${RUNS} runs)`, async () => {
    process.stdout.write(`replay with PROPERTY_SEED=${SEED} PROPERTY_RUNS=${RUNS}\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(scene, { minLength: 1, maxLength: 8 }), async (scenes) => {
        const world = await newWorld();
        for (const each of scenes) await play(world, each);
        await world.recover();
        expect(await violations(world.storage, world.cloud)).toEqual([]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  }, 600_000);
});

interface World {
  readonly storage: InMemoryStorage;
  readonly cloud: ModelCloud;
  engine: Engine;
  readonly clock: Clock & { advance(ms: number): void };
  recover(): Promise<void>;
}

async function newWorld(): Promise<World> {
  const storage = inMemoryStorage();
  const cloud = modelCloud();
  let now = Date.parse('2026-01-01T00:00:00Z');
  const clock = { now: () => now, advance: (ms: number) => (now += ms) };
  const start = (): Promise<Engine> => startEngine({ storage, drivers: cloud.drivers, clock });
  const world: World = {
    storage,
    cloud,
    clock,
    engine: await start(),
    async recover() {
      cloud.fault = () => undefined;
      cloud.searchable = true;
      clock.advance(60 * 60_000);
      world.engine = await start();
      await world.engine.tick();
    },
  };
  await world.engine.write('key/k', { type: 'aes256-gcm96' });
  await world.engine.write('kms/aws', { provider: 'awskms', key_collection: 'us-west-1' });
  return world;
}

async function play(world: World, { action, faults, end, searchable }: Scene): Promise<void> {
  const { cloud, storage, clock } = world;
  const life = lifeUntil(end);
  let calls = 0;
  cloud.searchable = searchable;
  cloud.fault = () => {
    if (life.diesBefore()) return { when: 'before', reason: 'unavailable' };
    if (life.diesAfter()) return { when: 'after', reason: 'unavailable' };
    return faults[calls++];
  };
  // The engine of the last scene lives on unless it was killed; its storage is its own.
  if (end !== undefined) {
    world.engine = await startEngine({ storage: mortalStorage(storage, life), drivers: cloud.drivers, clock });
  }
  await perform(world.engine, action).catch((error: unknown) => {
    if (!(error instanceof Killed) && !(error instanceof BackendError)) throw error;
  });
  clock.advance(1000);
  if (end !== undefined) world.engine = await startEngine({ storage, drivers: cloud.drivers, clock });
}

async function perform(engine: Engine, action: Action): Promise<void> {
  switch (action.do) {
    case 'distribute':
      await engine.write('kms/aws/key/k', { purpose: 'encrypt,decrypt' });
      return;
    case 'rotate':
      await engine.write('key/k/rotate');
      return;
    case 'minimum':
      await engine.write('key/k', { min_enabled_version: action.version });
      return;
    case 'remove':
      await engine.request('delete', 'kms/aws/key/k');
      return;
    case 'tick':
      await engine.tick();
  }
}
