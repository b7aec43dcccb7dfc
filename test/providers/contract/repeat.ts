import { expect } from 'vitest';
import { HOME } from '../../../src/providers/step.ts';
import { keyMaterial } from '../../../src/crypto/key-material.ts';
import { driverCases } from './case.ts';
import { creating, desiredOf, expectPromised, failureOf, live, on, picture, reach } from './stage.ts';

/** What may be repeated. */
export const repeatCases = driverCases({
  'each step but create may be repeated, with the same result and no further effect': async (at) => {
    await live(at, undefined, async (step, first, target) => {
      if (step.action === 'create') return;
      const before = await picture(at);
      const second = await at.client.perform(step, target, at.signal);
      expectPromised(step, second);
      expect(second.seen).toEqual(first.seen);
      expect(await picture(at)).toEqual(before);
    });
  },

  'the second removal of a version or a name says that nothing was changed': async (at) => {
    await live(at, undefined, async (step, _first, target) => {
      if (step.action !== 'remove' && step.action !== 'remove_name') return;
      expect(await at.client.perform(step, target, at.signal)).toMatchObject({ changed: false });
    });
  },

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
    expect(await at.perform(step)).toMatchObject({ changed: true, seen: [{ of: 'replaced', id, state: 'removed' }] });
    expect(await at.cloud.outside.stateOf(id)).toBe('pending_deletion');
    expect(await picture(at)).toEqual(before);
  },

  'each step may be repeated by a client that has not seen it': async (at) => {
    await live(at, undefined, async (step, _first, target) => {
      if (step.action === 'create') return;
      const before = await picture(at);
      expectPromised(step, await at.open().perform(step, target, at.signal));
      expect(await picture(at)).toEqual(before);
    });
  },

  'create makes another object each time': async (at) => {
    await reach(at, desiredOf({ 1: true }));
    const [first] = at.known.objects;
    await at.take(creating(1));
    expect(at.known.objects).toHaveLength(2);
    expect(await at.cloud.outside.stateOf(first ?? '')).toBe('enabled');
  },

  'material that was lost is imported again': async (at) => {
    await reach(at, desiredOf({ 1: true }));
    const id = at.known.versions.get(1)?.id ?? '';
    await at.cloud.outside.dropMaterial(id);
    expect((await at.client.observe(at.known.target(), at.signal)).versions).toMatchObject([{ state: 'created' }]);
    expectPromised(on(1, 'import', 'enabled'), await at.take(on(1, 'import', 'enabled')));
    expect(await at.cloud.outside.stateOf(id)).toBe('enabled');
  },

  'other material than before is refused': async (at) => {
    await reach(at, desiredOf({ 1: true }));
    const target = at.known.target(() => keyMaterial(Buffer.alloc(32, 99)));
    const error = await failureOf(at.client.perform(on(1, 'import', 'enabled'), target, at.signal));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
  },

  'import reads the material of its version, and destroys it': async (at) => {
    const given: { version: number; reveal: () => Buffer }[] = [];
    const material = (version: number) => {
      const made = keyMaterial(Buffer.alloc(32, version));
      given.push({ version, reveal: () => made.reveal() });
      return made;
    };
    for (const version of [1, 2]) await at.take(creating(version));
    for (const version of [2, 1]) {
      await at.client.perform(on(version, 'import', 'enabled'), at.known.target(material), at.signal);
    }
    at.cloud.inject({ trouble: 'forbidden', on: 'import' });
    await failureOf(at.client.perform(on(2, 'import', 'enabled'), at.known.target(material), at.signal));
    expect(given.map(({ version }) => version)).toEqual([2, 1, 2]);
    for (const { reveal } of given) expect(reveal).toThrow('destroyed');
  },
});
