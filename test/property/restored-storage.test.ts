import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackendError } from '../../src/logical/index.ts';
import type { KmsClient, KmsDriver } from '../../src/providers/port.ts';
import { inMemoryStorage, type Engine, type InMemoryStorage } from '../support/engine.ts';
import type { Fault } from '../support/model-calls.ts';
import { seedFrom } from '../support/seed.ts';
import { sharedClouds } from './shared-clouds.ts';
import { newWorld, type World } from './world.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 300);
const CLOUDS = sharedClouds(RUNS);
const SEED = seedFrom('PROPERTY_SEED');
/** Longer than what the clouds take to show what was made, and not so long that the restore guard is engaged. */
const WINDOW_MS = 6 * 60_000;

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

process.stdout.write(`replay with PROPERTY_SEED=${SEED} PROPERTY_RUNS=${RUNS}\n`);

describe.each(CLOUDS)(`storage older than the KMS, with %s (seed ${SEED}, %d runs)`, (_name, numRuns, make) => {
  it('does not change KMS keys of newer storage, in a clone and after a restore', async () => {
    await fc.assert(
      fc.asyncProperty(before, after, fc.integer({ min: 1, max: 2 }), async (scenes, later, rotations) => {
        let namesAnswer = true;
        const production = await newWorld(make, undefined, (driver) => answering(driver, () => namesAnswer));
        const { cloud, clock, engine, storage } = production;
        const purpose = cloud.key?.purpose ?? 'encrypt,decrypt';
        const play = async (on: Engine, scene: Scene): Promise<void> => {
          ({ namesAnswer } = scene);
          let calls = 0;
          // Where what is documented as needed is refused, nothing but the heartbeat says how old storage is.
          const mayAsk = on !== engine && cloud.refusesNames;
          cloud.searchable = scene.searchable;
          cloud.fault = () => {
            const fault = scene.faults[calls++];
            return mayAsk && fault?.reason === 'forbidden' ? undefined : fault;
          };
          await perform(on, purpose, scene.action).catch((error: unknown) => {
            if (!(error instanceof BackendError)) throw error;
          });
          clock.advance(60_000);
        };
        try {
          for (const scene of scenes) await play(engine, scene);
          const snapshot = await copyOf(storage);
          cloud.fault = () => undefined;
          cloud.searchable = true;
          namesAnswer = true;
          await bringUp(production, purpose);
          for (let each = 0; each < rotations; each++) await engine.write('key/k/rotate');
          expect(await damage(production)).toEqual([]);

          let clone = await production.start(snapshot);
          for (const scene of later) {
            if (scene.action === 'restart') clone = await production.start(snapshot);
            else await play(clone, scene);
          }
          expect(await damage(production)).toEqual([]);
        } finally {
          await cloud.close();
        }
      }),
      { seed: SEED, numRuns },
    );
  }, 600_000);
});

/** A driver whose cloud says where names point to only when it is asked at a good moment. */
function answering(driver: KmsDriver, isGood: () => boolean): KmsDriver {
  const silent = { outcome: 'unreachable', why: 'no answer about names' } as const;
  return {
    ...driver,
    connect(config, watch): KmsClient {
      const client = driver.connect(config, watch);
      return {
        ...client,
        observeName: async (...asked) => (isGood() ? client.observeName(...asked) : silent),
        surveyNames: async (signal) => (isGood() ? client.surveyNames(signal) : silent),
      };
    },
  };
}

async function copyOf(storage: InMemoryStorage): Promise<InMemoryStorage> {
  const copy = inMemoryStorage();
  for (const key of storage.keys()) {
    const entry = await storage.get(key);
    if (entry) await copy.put(entry);
  }
  return copy;
}

/** Distributes the key, whatever was left half-done: a cloud may need some time until it knows. */
async function bringUp({ engine, clock }: World, purpose: string): Promise<void> {
  const distribute = (): Promise<unknown> => engine.write('kms/cloud/key/k', { purpose });
  await distribute().catch(() => undefined);
  await engine.tick();
  clock.advance(WINDOW_MS);
  await engine.tick();
  await distribute();
}

async function perform(engine: Engine, purpose: string, action: Action): Promise<unknown> {
  switch (action) {
    case 'distribute':
      return engine.write('kms/cloud/key/k', { purpose });
    case 'rotate':
      return engine.write('key/k/rotate');
    case 'sync':
      return engine.write('kms/cloud/key/k/sync');
    case 'remove':
      return engine.request('delete', 'kms/cloud/key/k');
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
async function damage(production: World): Promise<readonly string[]> {
  const wrong = await production.violations();
  return wrong.filter((text) => !/is live and unknown|is an orphan|is left over|several key exchange keys/.test(text));
}
