import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StorageError, type Storage } from '../../src/logical/index.ts';
import { randomFrom } from '../cluster/random-from.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { violations } from '../support/invariants.ts';
import { modelCloud, type ModelCloud } from '../support/model-cloud.ts';
import { seedFrom } from '../support/seed.ts';
import { clockOf } from '../support/clock.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 300);
const SEED = seedFrom('PROPERTY_SEED');
/** How often a call of an unlucky request goes wrong in one of its ways. */
const BAD_LUCK = 0.02;

const VERBS = ['rotate', 'minimum', 'distribute', 'redistribute', 'sync', 'remove', 'tick', 'time', 'search'] as const;

/** What happens at once; where it is unlucky, storage and cloud fail and clients leave meanwhile. */
const moment = fc.record({
  verbs: fc.oneof(
    { weight: 2, arbitrary: fc.array(fc.constantFrom(...VERBS), { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...VERBS), { minLength: 3, maxLength: 3 }) },
  ),
  unlucky: fc.boolean(),
});

describe('a process that continues after failures', () => {
  it(`finishes requests that storage, KMS or clients interrupt, and reads nothing else (seed ${SEED}, ${RUNS} runs)`, async () => {
    process.stdout.write(`replay with PROPERTY_SEED=${SEED} PROPERTY_RUNS=${RUNS}\n`);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(moment, { minLength: 1, maxLength: 8 }), async (luck, moments) => {
        const world = await newWorld(randomFrom(luck));
        for (const { verbs, unlucky } of moments) {
          world.badLuck = unlucky ? BAD_LUCK : 0;
          await Promise.all(verbs.map((verb) => world.play(verb)));
        }
        world.badLuck = 0;
        world.cloud.searchable = true;
        // Not the immediate tick, which looks through everything: the process has to know what it left.
        for (let tick = 0; tick < 3; tick++) {
          world.wait(2 * 3_600_000);
          await world.engine.tick(false);
        }
        expect(await violations(world.storage, world.cloud)).toEqual([]);
        expect(world.storage.keys().filter((key) => key.startsWith('orphan/'))).toEqual([]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  }, 600_000);
});

interface World {
  readonly cloud: ModelCloud;
  readonly storage: InMemoryStorage;
  readonly engine: Engine;
  badLuck: number;
  wait(ms: number): void;
  play(verb: (typeof VERBS)[number]): Promise<void>;
}

async function newWorld(random: () => number): Promise<World> {
  const storage = inMemoryStorage();
  const clients = new Set<AbortController>();
  let now = Date.parse('2026-01-01T00:00:00Z');
  const cloud = modelCloud({ clock: { now: () => now } });
  const isUnlucky = (): boolean => random() < world.badLuck;
  const maybeLeave = (): void => {
    if (isUnlucky()) for (const client of clients) client.abort(new Error('the client is gone'));
  };
  /** A call as the server answers it: bound to its request, some turns later, or not at all. */
  const call = async <T>(signal: AbortSignal | undefined, effect: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    for (let turns = Math.floor(random() * 3); turns > 0; turns--) await Promise.resolve();
    if (isUnlucky()) throw new StorageError('failed before its effect');
    maybeLeave();
    const result = await effect();
    if (isUnlucky()) throw new StorageError('failed after its effect');
    signal?.throwIfAborted();
    return result;
  };
  const reached: Storage = {
    get: (key, signal) => call(signal, () => storage.get(key)),
    put: (entry, signal) => call(signal, () => storage.put(entry)),
    delete: (key, signal) => call(signal, () => storage.delete(key)),
    list: (prefix, signal) => call(signal, () => storage.list(prefix)),
  };
  // Divided from the second version on, or later, or not at all.
  const recordSizes = [{ part: 1, changes: 0 }, { part: 2, changes: 1 }, undefined][Math.floor(random() * 3)];
  const engine = await startEngine({
    storage: reached,
    drivers: cloud.drivers,
    clock: clockOf(() => now),
    recordSizes,
  });
  const requests: Readonly<Record<(typeof VERBS)[number], (signal: AbortSignal) => Promise<unknown>>> = {
    rotate: (signal) => engine.write('key/k/rotate', {}, signal),
    minimum: (signal) => engine.write('key/k', { min_enabled_version: Math.floor(random() * 4) }, signal),
    distribute: (signal) => engine.write('kms/aws/key/k', { purpose: 'encrypt,decrypt' }, signal),
    redistribute: (signal) => engine.write('kms/aws/key/k', {}, signal),
    sync: (signal) => engine.write('kms/aws/key/k/sync', {}, signal),
    remove: (signal) => engine.request('delete', 'kms/aws/key/k', {}, signal),
    tick: () => engine.tick(false),
    time: async () => {
      world.wait(random() * 600_000);
    },
    search: async () => {
      cloud.searchable = !cloud.searchable;
    },
  };
  const world: World = {
    cloud,
    storage,
    engine,
    badLuck: 0,
    wait: (ms) => {
      now += Math.floor(ms);
    },
    async play(verb) {
      const client = new AbortController();
      clients.add(client);
      // It may fail: that is what is tried.
      await requests[verb](client.signal).catch(() => undefined);
      clients.delete(client);
    },
  };
  await engine.write('key/k', { type: 'aes256-gcm96' });
  await engine.write('kms/aws', { provider: 'awskms', key_collection: 'us-west-1' });
  await engine.tick(false);
  const reasons = ['timeout', 'unavailable', 'throttled', 'forbidden'] as const;
  cloud.fault = () => {
    maybeLeave();
    if (random() >= world.badLuck * 3) return undefined;
    return {
      when: random() < 0.5 ? 'before' : 'after',
      reason: reasons[Math.floor(random() * reasons.length)] ?? 'timeout',
    };
  };
  return world;
}
