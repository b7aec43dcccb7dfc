import { describe, expect, it } from 'vitest';
import { makeKeysFirst } from './cloud-under-test.ts';
import { azureWorld, type World } from './world.ts';

interface Verb {
  readonly name: string;
  /** What there is before; no crash happens here. */
  readonly prepare: (world: World) => Promise<unknown>;
  readonly perform: (world: World) => Promise<string | undefined>;
  /** Repeating it after a crash may do it twice, or find nothing to do. */
  readonly repeats?: false;
}

const create = (world: World): Promise<unknown> => world.write('key/k', { type: 'ecdsa-p256' });
const rotate = (world: World): Promise<string | undefined> => world.write('key/k/rotate');
const distribute =
  (protection: string) =>
  (world: World): Promise<string | undefined> =>
    world.write('kms/azure/key/k', { purpose: 'sign,verify', protection });
const minimum =
  (version: number) =>
  (world: World): Promise<string | undefined> =>
    world.write('key/k', { min_enabled_version: version });
const remove = (world: World): Promise<string | undefined> => world.remove('kms/azure/key/k');
const inOrder =
  (...steps: readonly ((world: World) => Promise<unknown>)[]) =>
  async (world: World): Promise<void> => {
    for (const step of steps) expect(await step(world)).toBeUndefined();
  };

const VERBS: readonly Verb[] = [
  { name: 'distribute 1 version', prepare: inOrder(create), perform: distribute('hsm') },
  {
    name: 'distribute 3 versions, the first disabled',
    prepare: inOrder(create, rotate, rotate, minimum(2)),
    perform: distribute('hsm'),
  },
  { name: 'distribute 2 versions in software', prepare: inOrder(create, rotate), perform: distribute('software') },
  { name: 'rotate', prepare: inOrder(create, distribute('hsm')), perform: rotate },
  {
    name: 'min_enabled_version up',
    prepare: inOrder(create, distribute('hsm'), rotate, rotate),
    perform: minimum(3),
  },
  {
    name: 'min_enabled_version down',
    prepare: inOrder(create, distribute('software'), rotate, minimum(2)),
    perform: minimum(1),
  },
  { name: 'remove', prepare: inOrder(create, distribute('hsm'), rotate), perform: remove },
  { name: 'redistribute', prepare: inOrder(create, distribute('hsm'), remove), perform: distribute('hsm') },
];

/** Calls without an effect: to die there is to die before the next one that has one. */
const READS = /^(storage (get|list)|KeyGet|KeyGetDeleted)$/;
const isAll = process.env['CRASH_POINTS'] === 'all';

/** When to die at a call: right after an effect, which is right before the next one. `CRASH_POINTS=all`: at every call. */
function instants(action: string, isFirst: boolean): readonly ('before' | 'after')[] {
  if (isAll) return ['before', 'after'];
  if (READS.test(action)) return [];
  return isFirst ? ['before', 'after'] : ['after'];
}

/** Dies at a call; comes back, recovers by itself, and is asked for the same again. */
async function crash(verb: Verb, call: number, when: 'before' | 'after'): Promise<readonly string[]> {
  const world = await azureWorld();
  await verb.prepare(world);
  await world.restart({ call, when });
  await verb.perform(world);
  await world.restart();
  await world.recover();
  const afterTick = await world.violations();
  if (afterTick.length > 0) return afterTick.map((text) => `after the tick: ${text}`);
  const error = await verb.perform(world);
  return [...(error === undefined ? [] : [error]), ...(await world.violations())];
}

makeKeysFirst();

describe.each(VERBS.map((verb) => [verb.name, verb] as const))('a crash during: %s', (_name, verb) => {
  it(
    'before or after any effect on storage or vault leaves nothing wrong',
    async () => {
      const world = await azureWorld();
      await verb.prepare(world);
      await world.restart();
      const before = world.calls().length;
      expect(await verb.perform(world)).toBeUndefined();
      const calls = world.calls().slice(before);
      expect(calls.length).toBeGreaterThan(3);
      const failures: string[] = [];
      let tried = 0;
      for (const [call, action] of calls.entries()) {
        for (const when of instants(action, tried === 0)) {
          tried++;
          const wrong = await crash(verb, call, when);
          if (wrong.length > 0) failures.push(`${when} call ${call} (${action}): ${wrong.join('; ')}`);
        }
      }
      expect(tried).toBeGreaterThan(3);
      expect(failures).toEqual([]);
    },
    isAll ? 600_000 : 60_000,
  );
});
