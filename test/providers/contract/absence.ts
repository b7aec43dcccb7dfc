import { expect } from 'vitest';
import { HOME } from '../../../src/providers/step.ts';
import { targetOf } from '../target.ts';
import { driverCases } from './case.ts';
import { creating, desiredOf, failureOf, on, picture, reach, type Stage } from './stage.ts';

/** A distribution whose version 1 is an object that the cloud does not know. */
const lost = ({ name, cloud }: Stage) => targetOf({ name, ids: { 1: cloud.unknownId } });

/** What it means that the cloud does not know an object, or that it cannot be changed. */
export const absenceCases = driverCases({
  'the removal of an unknown object returns unknown': async (at) => {
    const { client, signal, cloud } = at;
    expect(await client.perform(on(1, 'remove'), lost(at), signal)).toEqual({
      changed: false,
      seen: [{ of: 'version', version: 1, place: HOME, state: 'unknown' }],
    });
    const seen = [{ of: 'replaced', id: cloud.unknownId, state: 'unknown' }];
    expect(await client.removeObject(cloud.unknownId, signal)).toEqual({ changed: false, seen });
    const replaced = { action: 'remove_replaced', id: cloud.unknownId, place: HOME } as const;
    expect(await client.perform(replaced, lost(at), signal)).toEqual({ changed: false, seen });
  },

  'an unknown object is observed as gone': async (at) => {
    const { versions } = await at.client.observe(lost(at), at.signal);
    expect(versions).toEqual([{ of: 'version', version: 1, place: HOME, id: at.cloud.unknownId, state: 'gone' }]);
  },

  'an unknown object has no labels and no facts': async ({ client, signal, cloud }) => {
    expect(await client.readLabels(cloud.unknownId, signal)).toEqual({ outcome: 'unknown' });
    expect(await client.inspect(cloud.unknownId, signal)).toBeUndefined();
  },

  'import, enable, disable and set_current of an unknown object fail with not_found': async (at) => {
    for (const action of ['import', 'enable', 'disable', 'set_current'] as const) {
      const error = await failureOf(at.client.perform(on(1, action), lost(at), at.signal), action);
      expect({ action, reason: error.reason, ambiguous: error.ambiguous }).toEqual({
        action,
        reason: 'not_found',
        ambiguous: false,
      });
    }
    expect(await at.cloud.outside.holderOf(at.name)).toBeUndefined();
  },

  'the removal of a name that does not exist succeeds and changes nothing': async (at) => {
    const removed = { changed: false, seen: [{ of: 'name', place: HOME, points: 'removed' }] };
    const step = { action: 'remove_name', place: HOME } as const;
    expect(await at.client.perform(step, lost(at), at.signal)).toEqual(removed);
    await at.take(creating(1));
    expect(await at.client.perform(step, at.known.target(), at.signal)).toEqual(removed);
  },

  'a name that does not exist is observed as pointing nowhere': async (at) => {
    const nowhere = { of: 'name', place: HOME, points: 'nowhere' };
    expect(await at.client.observeName(lost(at), HOME, at.signal)).toEqual(nowhere);
    await at.take(creating(1));
    expect(await at.client.observeName(at.known.target(), HOME, at.signal)).toEqual(nowhere);
  },

  'a version without material cannot be enabled or disabled': async (at) => {
    await at.take(creating(1));
    // A client that has not made it does not wait for it.
    const client = at.open();
    for (const action of ['enable', 'disable'] as const) {
      const error = await failureOf(client.perform(on(1, action), at.known.target(), at.signal), action);
      expect(error).toMatchObject({ reason: 'invalid_state', ambiguous: false });
    }
    expect(await at.cloud.outside.stateOf(at.known.objects[0] ?? '')).toBe('created');
  },

  'a version that is pending deletion cannot be changed, and counts as removed': async (at) => {
    await reach(at, desiredOf({ 1: true }));
    const id = at.known.objects[0] ?? '';
    await at.cloud.outside.scheduleDeletion(id);
    const before = await picture(at);
    for (const action of ['import', 'enable', 'disable'] as const) {
      const error = await failureOf(at.client.perform(on(1, action), at.known.target(), at.signal), action);
      expect({ action, reason: error.reason }).toEqual({ action, reason: 'pending_deletion' });
    }
    const { versions } = await at.client.observe(at.known.target(), at.signal);
    expect(versions).toMatchObject([{ of: 'version', version: 1, place: HOME, id, state: 'pending_deletion' }]);
    expect(await at.client.perform(on(1, 'remove'), at.known.target(), at.signal)).toEqual({
      changed: false,
      seen: [{ of: 'version', version: 1, place: HOME, state: 'removed' }],
    });
    expect(await picture(at)).toEqual(before);
  },

  'the name is not set to a version that is pending deletion': async (at) => {
    await reach(at, desiredOf({ 1: true }));
    await at.take(creating(2));
    await at.cloud.outside.scheduleDeletion(at.known.versions.get(2)?.id ?? '');
    const error = await failureOf(at.perform(on(2, 'set_current')));
    expect(error).toMatchObject({ reason: 'pending_deletion', ambiguous: false });
    expect(await at.cloud.outside.holderOf(at.name)).toBe(at.known.versions.get(1)?.id);
  },
});
