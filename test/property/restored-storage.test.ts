import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackendError, type StorageEntry } from '../../src/logical/index.ts';
import type { KmsClient } from '../../src/providers/port.ts';
import { clockOf } from '../support/clock.ts';
import { inMemoryStorage, startEngine, type Engine } from '../support/engine.ts';
import { violations } from '../support/invariants.ts';
import type { Fault } from '../support/model-calls.ts';
import { modelCloud, type ModelCloud } from '../support/model-cloud.ts';
import { seedFrom } from '../support/seed.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 300);
const SEED = seedFrom('PROPERTY_SEED');

/** What a person or the server asks of a mount. */
type Action = 'distribute' | 'rotate' | 'sync' | 'remove' | 'tick' | 'minimum 1' | 'minimum 2' | 'restart';

interface Scene {
  readonly action: Action;
  /** By index of the cloud call within the scene. */
  readonly faults: Readonly<Record<number, Fault>>;
  readonly searchable: boolean;
  /** Whether the cloud says where names point to. */
  readonly namesAnswer: boolean;
}

const fault: fc.Arbitrary<Fault> = fc.record({
  when: fc.constantFrom('before', 'after'),
  reason: fc.constantFrom('throttled', 'unavailable', 'timeout', 'forbidden', 'not_found'),
});
const sceneOf = (...actions: Action[]): fc.Arbitrary<Scene> =>
  fc.record({
    action: fc.constantFrom(...actions),
    faults: fc.dictionary(fc.nat({ max: 6 }).map(String), fault, { maxKeys: 2 }),
    searchable: fc.boolean(),
    namesAnswer: fc.boolean(),
  });

/** Before the snapshot anything may happen, and be left half-done. */
const before = fc.array(sceneOf('distribute', 'rotate', 'sync', 'remove', 'tick', 'minimum 1', 'minimum 2'), {
  maxLength: 5,
});
/** On the older storage everything is tried without force; a raised minimum is an order, and obeyed. */
const after = fc.array(sceneOf('distribute', 'rotate', 'sync', 'remove', 'tick', 'restart'), {
  minLength: 1,
  maxLength: 6,
});

describe('storage that is older than the state of the KMS', () => {
  it(`does not change KMS keys of newer storage, in a clone and after a restore (seed ${SEED}, ${RUNS} runs)`, async () => {
    process.stdout.write(`replay with PROPERTY_SEED=${SEED} PROPERTY_RUNS=${RUNS}\n`);
    await fc.assert(
      fc.asyncProperty(before, after, fc.integer({ min: 1, max: 2 }), async (scenes, later, rotations) => {
        const world = await newWorld();
        for (const scene of scenes) await play(world, world.production, scene);
        const snapshot = structuredClone(world.records);
        world.cloud.fault = () => undefined;
        world.cloud.searchable = true;
        world.namesAnswer = true;
        await world.production.write('kms/aws/key/k', { purpose: 'encrypt,decrypt' }).catch(() => undefined);
        await world.production.tick();
        await world.production.write('kms/aws/key/k', { purpose: 'encrypt,decrypt' });
        for (let each = 0; each < rotations; each++) await world.production.write('key/k/rotate');
        expect(await damage(world)).toEqual([]);

        let clone = await world.start(snapshot);
        for (const scene of later) {
          if (scene.action === 'restart') clone = await world.start(snapshot);
          else await play(world, clone, scene);
        }
        expect(await damage(world)).toEqual([]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  }, 600_000);
});

interface World {
  readonly cloud: ModelCloud;
  namesAnswer: boolean;
  /** What production has stored. */
  readonly records: Map<string, StorageEntry>;
  readonly production: Engine;
  readonly start: (records: Map<string, StorageEntry>) => Promise<Engine>;
  readonly advance: (milliseconds: number) => void;
}

async function newWorld(): Promise<World> {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const clock = clockOf(() => now);
  const cloud = modelCloud({ clock });
  const records = new Map<string, StorageEntry>();
  const { awskms } = cloud.drivers;
  const client = awskms.connect({ keyCollection: '', credentials: {} });
  const silent = { outcome: 'unreachable', why: 'no answer about names' } as const;
  const connect = (): KmsClient => ({
    ...client,
    observeName: async (...asked) => (world.namesAnswer ? client.observeName(...asked) : silent),
    surveyNames: async (signal) => (world.namesAnswer ? client.surveyNames(signal) : silent),
  });
  const drivers = { ...cloud.drivers, awskms: { ...awskms, connect } };
  const start = (from: Map<string, StorageEntry>): Promise<Engine> =>
    startEngine({ storage: inMemoryStorage(from), drivers, clock });
  const advance = (milliseconds: number): void => void (now += milliseconds);
  const production = await start(records);
  const world: World = { cloud, namesAnswer: true, records, production, start, advance };
  await production.write('key/k', { type: 'aes256-gcm96' });
  await production.write('kms/aws', { provider: 'awskms', key_collection: 'us-west-1' });
  return world;
}

async function play(world: World, engine: Engine, scene: Scene): Promise<void> {
  const { cloud, advance } = world;
  const { action, faults, searchable } = scene;
  world.namesAnswer = scene.namesAnswer;
  let calls = 0;
  cloud.searchable = searchable;
  cloud.fault = () => faults[calls++];
  await perform(engine, action).catch((error: unknown) => {
    if (!(error instanceof BackendError)) throw error;
  });
  advance(60_000);
}

async function perform(engine: Engine, action: Action): Promise<unknown> {
  switch (action) {
    case 'distribute':
      return engine.write('kms/aws/key/k', { purpose: 'encrypt,decrypt' });
    case 'rotate':
      return engine.write('key/k/rotate');
    case 'sync':
      return engine.write('kms/aws/key/k/sync');
    case 'remove':
      return engine.request('delete', 'kms/aws/key/k');
    case 'minimum 1':
      return engine.write('key/k', { min_enabled_version: 1 });
    case 'minimum 2':
      return engine.write('key/k', { min_enabled_version: 2 });
    case 'tick':
      return engine.tick();
    case 'restart':
      return undefined;
  }
}

/** What is wrong with the keys of production; what a clone has made beside them is its own. */
async function damage({ cloud, records }: World): Promise<readonly string[]> {
  const wrong = await violations(inMemoryStorage(records), cloud);
  return wrong.filter((text) => !/is live and unknown|is left over/.test(text));
}
