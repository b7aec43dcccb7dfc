import { expect } from 'vitest';
import { HOME } from '../../../src/providers/step.ts';
import { keyMaterial, type KeyMaterial } from '../../../src/crypto/key-material.ts';
import type { Performed } from '../../../src/providers/observation.ts';
import { driverCases } from './case.ts';
import {
  desiredOf,
  expectPromised,
  failureOf,
  isRefused,
  LIFE,
  live,
  make,
  on,
  picture,
  reach,
  settle,
  type Stage,
} from './stage.ts';

/** Material that no version has. */
const otherMaterial = ({ cloud }: Stage): KeyMaterial => keyMaterial(cloud.key.material(99));

/** What is so after a step, without what it found before. */
const lasting = ({ seen }: Performed): unknown => seen.map((each) => ({ ...each, taken: undefined }));

/** What is recorded after the material of version 1 was lost. */
async function loseMaterial(at: Stage): Promise<string> {
  await reach(at, desiredOf({ 1: true }));
  const id = at.known.versions.get(1)?.id ?? '';
  await at.cloud.outside.dropMaterial(id);
  const { versions } = await at.client.observe(at.known.target(), at.signal);
  expect(versions).toMatchObject([{ state: 'created' }]);
  at.known.learn(versions.filter((each) => 'of' in each));
  return id;
}

/** What may be repeated. */
export const repeatCases = [
  ...driverCases({
    'each step but create may be repeated, with the same result and no further effect': async (at) => {
      await live(at, undefined, async (step, first, target) => {
        if (step.action === 'create') return;
        const before = await picture(at);
        const second = await at.client.perform(step, target, at.signal);
        expect(await picture(at)).toEqual(before);
        if (isRefused(at, step, second)) return;
        expectPromised(step, second);
        expect(lasting(second)).toEqual(lasting(first));
      });
    },

    'the second removal of anything says that nothing was changed': async (at) => {
      let removals = 0;
      await live(at, undefined, async (step, _first, target) => {
        const { action } = step;
        if (action !== 'remove' && action !== 'remove_name' && action !== 'remove_container') return;
        expect(await at.client.perform(step, target, at.signal)).toMatchObject({ changed: false });
        removals++;
      });
      expect(removals).toBeGreaterThan(0);
    },

    'each step may be repeated by a client that has not seen it': async (at) => {
      await live(at, undefined, async (step, _first, target) => {
        if (step.action === 'create') return;
        const before = await picture(at);
        const second = await at.open().perform(step, target, at.signal);
        expect(await picture(at)).toEqual(before);
        if (!isRefused(at, step, second)) expectPromised(step, second);
      });
    },

    'create makes another object each time': async (at) => {
      await reach(at, desiredOf({ 1: true }));
      const [first] = at.known.objects;
      await at.take(at.creating(1));
      expect(at.known.objects).toHaveLength(2);
      expect(await at.cloud.outside.stateOf(first ?? '')).toBe('enabled');
    },

    'the material of each version is read where it is brought to the cloud': async (at) => {
      await reach(at, LIFE[1] ?? desiredOf({ 1: true }));
      expect(at.read.map(({ version }) => version)).toEqual([1, 2]);
      // That of a version whose import is refused is destroyed, too, which is looked at after each case.
      const importing = at.shape.makes === 'created' ? 'import' : 'create';
      at.cloud.inject({ trouble: 'forbidden', on: importing });
      if (importing === 'create') {
        const target = at.known.target();
        await failureOf(at.client.create(at.creating(3), at.attempt(3), target, at.signal));
      } else {
        await make(at, 3);
        await failureOf(at.perform(on(3, 'import', 'enabled')));
      }
      expect(at.read.map(({ version }) => version)).toEqual([1, 2, 3]);
    },

    'a life leaves other distributions alone': async (at) => {
      const other = at.beside('other');
      await reach(other, desiredOf({ 1: false, 2: true }));
      const versions = new Map(other.known.versions);
      const states = async (): Promise<unknown> => {
        const seen = await Promise.all([...versions.values()].map(({ id }) => at.cloud.outside.stateOf(id)));
        return [...seen, await at.cloud.outside.holderOf(other.name)];
      };
      const before = await states();
      expect(before).toEqual(['disabled', 'enabled', versions.get(2)?.id]);
      await live(at);
      expect(await states()).toEqual(before);
    },
  }),

  ...driverCases(
    {
      'removeObject may be repeated, and says at the second time that nothing was changed': async (at) => {
        const { client, cloud, signal } = at;
        const id = await cloud.outside.makeObject();
        const seen = [{ of: 'replaced', id, state: 'removed' }];
        expect(await client.removeObject(id, signal)).toMatchObject({ changed: true, seen });
        expect(await cloud.outside.stateOf(id)).toBe('pending_deletion');
        expect(await client.removeObject(id, signal)).toEqual({ changed: false, seen });
      },

      'an object that was replaced is removed, and nothing else': async (at) => {
        await reach(at, desiredOf({ 1: true }));
        const id = await at.cloud.outside.makeObject();
        const before = await picture(at);
        const step = { action: 'remove_replaced', id, place: HOME } as const;
        const seen = [{ of: 'replaced', id, state: 'removed' }];
        expect(await at.perform(step)).toMatchObject({ changed: true, seen });
        expect(await at.cloud.outside.stateOf(id)).toBe('pending_deletion');
        expect(await picture(at)).toEqual(before);
      },
    },
    'separate removal',
  ),

  ...driverCases(
    {
      'removeObject of a version is refused, and changes nothing': async (at) => {
        const id = await at.cloud.outside.makeObject();
        const before = await picture(at);
        const error = await failureOf(at.client.removeObject(id, at.signal));
        expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
        expect(await at.cloud.outside.stateOf(id)).toBe('enabled');
        expect(await picture(at)).toEqual(before);
      },
    },
    'removal as a whole',
  ),

  ...driverCases(
    {
      'material that was lost is imported again': async (at) => {
        const id = await loseMaterial(at);
        await settle(at, desiredOf({ 1: true }));
        expect(at.known.versions.get(1)).toEqual({ id, state: 'enabled' });
        expect(await at.cloud.outside.stateOf(id)).toBe('enabled');
      },

      'other material than was lost never becomes usable': async (at) => {
        const id = await loseMaterial(at);
        const target = (): ReturnType<typeof at.known.target> => at.known.target(() => otherMaterial(at));
        const refused = await at.client.perform(on(1, 'import'), target(), at.signal).catch((error: unknown) => error);
        if (refused instanceof Error) expect(refused).toMatchObject({ reason: 'invalid_request', ambiguous: false });
        else {
          // A cloud may tell it later.
          const pending = at.plan(desiredOf({ 1: true }));
          expect(pending.map(({ action }) => action)).not.toContain('create');
          at.known.learn((refused as Awaited<ReturnType<typeof at.client.perform>>).seen);
          for (const step of at.plan(desiredOf({ 1: true }))) {
            if (step.action !== 'await' && step.action !== 'create_wrapping_key') break;
            await at.take(step);
          }
        }
        expect(await at.cloud.outside.stateOf(id)).toBe('created');
      },
    },
    'lost material',
  ),

  ...driverCases(
    {
      'other material than before is refused': async (at) => {
        await reach(at, desiredOf({ 1: true }));
        const target = at.known.target(() => otherMaterial(at));
        const error = await failureOf(at.client.perform(on(1, 'import', 'enabled'), target, at.signal));
        expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
      },
    },
    'empty versions',
  ),
];
