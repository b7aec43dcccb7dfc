import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackendError } from '../../src/logical/index.ts';
import { clockOf } from '../support/clock.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { violations } from '../support/invariants.ts';
import type { Fault } from '../support/model-calls.ts';
import { modelCloud, type ModelCloud, type ModelObject } from '../support/model-cloud.ts';
import { seedFrom } from '../support/seed.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 300);
const SEED = seedFrom('PROPERTY_SEED');
const HOME = '111111111111';
const AWAY = '222222222222';
const VERBS = ['distribute', 'rotate', 'minimum', 'sync', 'remove', 'tick'] as const;

const scene = fc.record({
  verb: fc.constantFrom(...VERBS),
  account: fc.constantFrom(HOME, HOME, AWAY),
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
  /** The stranger sets all labels of one of our objects on a key of its own. */
  forged: fc.option(fc.nat({ max: 5 }), { nil: undefined, freq: 2 }),
  // Longer than the consistency window, and together not so long that the restore guard is engaged.
  minutes: fc.constantFrom(0, 1, 5),
});

type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

describe('KMS keys and aliases of other owners', () => {
  it(`are not changed, and no KMS key in use is lost (seed ${SEED}, ${RUNS} runs)`, async () => {
    process.stdout.write(`replay with PROPERTY_SEED=${SEED} PROPERTY_RUNS=${RUNS}\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(scene, { minLength: 1, maxLength: 8 }), async (scenes) => {
        const world = await newWorld();
        for (const each of scenes) {
          const before = liveIds(world.cloud);
          await play(world, each);
          // With credentials of another account nothing can be deleted here, and nothing may be called deleted.
          if (each.account === AWAY) expect(liveIds(world.cloud)).toEqual(before);
          checkStrangers(world);
        }
        await world.recover();
        checkStrangers(world);
        for (const { id } of world.strangers) (world.cloud.objects as Map<string, ModelObject>).delete(id);
        expect(await violations(world.storage, world.cloud)).toEqual([]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  }, 600_000);
});

interface World {
  readonly storage: InMemoryStorage;
  readonly cloud: ModelCloud;
  readonly strangers: readonly { readonly id: string; readonly as: string }[];
  engine: Engine;
  wait(minutes: number): void;
  forge(index: number): void;
  restart(): Promise<void>;
  recover(): Promise<void>;
}

async function newWorld(): Promise<World> {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const clock = clockOf(() => now);
  const cloud = modelCloud({ account: HOME, clock });
  const storage = inMemoryStorage();
  const strangers: { id: string; as: string }[] = [];
  const start = (): Promise<Engine> => startEngine({ storage, drivers: cloud.drivers, clock });
  const world: World = {
    storage,
    cloud,
    strangers,
    engine: await start(),
    wait: (minutes) => {
      now += minutes * 60_000;
    },
    forge(index) {
      const ours = [...cloud.objects.values()].filter(({ id }) => id.startsWith('key-'))[index];
      if (!ours) return;
      const id = `stranger-${strangers.length + 1}`;
      const { attempt, labels } = ours;
      const object: ModelObject = {
        id,
        attempt,
        labels,
        account: HOME,
        createdAt: now,
        state: 'enabled',
        material: 'x',
      };
      (cloud.objects as Map<string, ModelObject>).set(id, object);
      strangers.push({ id, as: JSON.stringify(object) });
    },
    async restart() {
      world.engine = await start();
    },
    async recover() {
      cloud.fault = () => undefined;
      cloud.searchable = true;
      cloud.account = HOME;
      world.wait(6);
      await world.restart();
      await world.engine.tick();
      world.wait(6);
      await world.engine.tick();
    },
  };
  await world.engine.write('key/k', { type: 'aes256-gcm96' });
  await world.engine.write('kms/aws', { provider: 'awskms', key_collection: 'us-west-1' });
  // As a KMS that holds other keys already.
  const record = JSON.parse(Buffer.from((await storage.get('kms/aws'))?.value ?? []).toString()) as object;
  await storage.put({ key: 'kms/aws', value: Buffer.from(JSON.stringify({ ...record, account: HOME })) });
  return world;
}

async function play(world: World, scene: Scene): Promise<void> {
  const { cloud, engine } = world;
  if (scene.forged !== undefined) world.forge(scene.forged);
  let calls = 0;
  cloud.account = scene.account;
  cloud.searchable = scene.searchable;
  cloud.fault = () => scene.faults[calls++];
  const requests: Readonly<Record<(typeof VERBS)[number], () => Promise<unknown>>> = {
    distribute: () => engine.write('kms/aws/key/k', { purpose: 'encrypt,decrypt' }),
    rotate: () => engine.write('key/k/rotate'),
    minimum: () => engine.write('key/k', { min_enabled_version: calls + 1 }),
    sync: () => engine.write('kms/aws/key/k/sync'),
    remove: () => engine.request('delete', 'kms/aws/key/k'),
    tick: () => engine.tick(),
  };
  await requests[scene.verb]().catch((error: unknown) => {
    if (!(error instanceof BackendError)) throw error;
  });
  world.wait(scene.minutes);
  if (scene.restart) await world.restart();
}

function checkStrangers({ cloud, strangers }: World): void {
  for (const { id, as } of strangers) expect(JSON.stringify(cloud.objects.get(id))).toBe(as);
  expect([...cloud.objects.values()].filter(({ account }) => account !== HOME)).toEqual([]);
}

function liveIds({ objects }: ModelCloud): readonly string[] {
  return [...objects.values()].flatMap(({ id, state }) =>
    id.startsWith('key-') && state !== 'pending_deletion' ? id : [],
  );
}
