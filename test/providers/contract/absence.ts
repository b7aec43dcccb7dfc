import { expect } from 'vitest';
import type { Observation } from '../../../src/providers/observation.ts';
import { HOME, type VersionStep } from '../../../src/providers/step.ts';
import { driverCases } from './case.ts';
import { desiredOf, failureOf, make, on, picture, prepare, reach, type Stage } from './stage.ts';

const nowhere = { of: 'name', place: HOME, points: 'nowhere' };
const REMOVE_NAME = { action: 'remove_name', place: HOME } as const;

/** Version 1 is on record, and is an object that the cloud does not know; so is what holds it. @returns its id */
function loseRecorded(at: Stage): string {
  const id = at.cloud.unknownId(at.name);
  at.known.learn([{ of: 'version', version: 1, place: HOME, id, state: 'enabled' }]);
  if (at.shape.traits.includes('container')) at.known.learn([{ of: 'container', id: at.name, state: 'made' }]);
  return id;
}

/** Steps about a version, of those that the cloud has. */
function changesOf(at: Stage): readonly VersionStep['action'][] {
  const { traits, steps } = at.shape;
  const changes: VersionStep['action'][] = ['enable', 'disable', 'set_current'];
  return [
    ...changes.filter((action) => steps.includes(action)),
    ...(traits.includes('lost material') ? (['import'] as const) : []),
  ];
}

/** What it means that the cloud does not know an object, or that it cannot be changed. */
export const absenceCases = [
  ...driverCases({
    'a version that the cloud does not know is observed as gone, and no other': async (at) => {
      await reach(at, desiredOf({ 1: true }));
      const id = at.cloud.unknownId(at.name);
      at.known.learn([{ of: 'version', version: 2, place: HOME, id, state: 'enabled' }]);
      const { versions, others } = await at.client.observe(at.known.target(), at.signal);
      expect(versions).toMatchObject([
        { version: 1, state: 'enabled' },
        { version: 2, state: 'gone' },
      ]);
      expect(versions[1]).toEqual({ of: 'version', version: 2, place: HOME, id, state: 'gone' });
      expect(others).toEqual([]);
    },

    'an unknown object has no labels and no facts': async ({ client, signal, cloud, name }) => {
      const id = cloud.unknownId(name);
      expect(await client.readLabels(id, signal)).toEqual({ outcome: 'unknown' });
      expect(await client.inspect(id, signal)).toBeUndefined();
    },

    'changes of an unknown object fail with not_found, or see that it is gone': async (at) => {
      const id = loseRecorded(at);
      const before = await picture(at);
      for (const action of changesOf(at)) {
        const outcome = await at.client.perform(on(1, action), at.known.target(), at.signal).catch((e: unknown) => e);
        if (outcome instanceof Error) {
          expect(outcome, action).toMatchObject({ reason: 'not_found', ambiguous: false });
          continue;
        }
        const { changed, seen } = outcome as { changed: boolean; seen: readonly Observation[] };
        const what = at.shape.traits.includes('container') && seen[0]?.of === 'container' ? at.name : id;
        expect({ action, changed, seen }).toMatchObject({
          action,
          changed: false,
          seen: [{ id: what, state: 'gone' }],
        });
      }
      expect(await picture(at)).toEqual(before);
      expect(await at.cloud.outside.holderOf(at.name)).toBeUndefined();
    },

    'a name that does not exist is observed as pointing nowhere': async (at) => {
      expect(await at.client.observeName(at.known.target(), HOME, at.signal)).toEqual(nowhere);
      await prepare(at);
      expect(await at.client.observeName(at.known.target(), HOME, at.signal)).toEqual(nowhere);
      loseRecorded(at);
      expect(await at.client.observeName(at.known.target(), HOME, at.signal)).toEqual(nowhere);
    },
  }),

  ...driverCases(
    {
      'a name is not set by the making of a version': async (at) => {
        await make(at, 1);
        expect(await at.client.observeName(at.known.target(), HOME, at.signal)).toEqual(nowhere);
        expect(await at.cloud.outside.holderOf(at.name)).toBeUndefined();
      },
    },
    'movable name',
  ),

  ...driverCases(
    {
      'the removal of an unknown object returns unknown': async (at) => {
        const id = loseRecorded(at);
        const { client, signal } = at;
        expect(await at.perform(on(1, 'remove'))).toEqual({
          changed: false,
          seen: [{ of: 'version', version: 1, place: HOME, state: 'unknown' }],
        });
        const seen = [{ of: 'replaced', id, state: 'unknown' }];
        expect(await client.removeObject(id, signal)).toEqual({ changed: false, seen });
        expect(await at.perform({ action: 'remove_replaced', id, place: HOME })).toEqual({ changed: false, seen });
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
        await reach(at, desiredOf({ 1: true, 2: true }, 1));
        await at.cloud.outside.scheduleDeletion(at.known.versions.get(2)?.id ?? '');
        const error = await failureOf(at.perform(on(2, 'set_current')));
        expect(error).toMatchObject({ reason: 'pending_deletion', ambiguous: false });
        expect(await at.cloud.outside.holderOf(at.name)).toBe(at.known.versions.get(1)?.id);
      },
    },
    'separate removal',
  ),

  ...driverCases(
    {
      'what holds the versions is observed as gone where somebody has deleted it, and its removal succeeds': async (
        at,
      ) => {
        await reach(at, desiredOf({ 1: true, 2: true }));
        await at.cloud.outside.scheduleDeletion(at.name);
        const before = await picture(at);
        const target = at.known.target();
        const { others } = await at.client.observe(target, at.signal);
        expect(others).toEqual([{ of: 'container', id: at.name, state: 'gone' }]);
        for (const step of at.plan({ present: false })) {
          const { changed, seen } = await at.take(step);
          expect({ changed, seen }).toEqual({
            changed: false,
            seen: [{ of: 'container', id: at.name, state: 'removed' }],
          });
        }
        expect(at.plan({ present: false })).toEqual([]);
        expect(await picture(at)).toEqual(before);
      },
    },
    'removal as a whole',
  ),

  ...driverCases(
    {
      'the removal of a name that does not exist succeeds and changes nothing': async (at) => {
        const removed = { changed: false, seen: [{ of: 'name', place: HOME, points: 'removed' }] };
        expect(await at.perform(REMOVE_NAME)).toEqual(removed);
        await make(at, 1);
        expect(await at.perform(REMOVE_NAME)).toEqual(removed);
      },
    },
    'free name',
  ),

  ...driverCases(
    {
      'a version without material cannot be enabled or disabled': async (at) => {
        await make(at, 1);
        // A client that has not made it does not wait for it.
        const client = at.open();
        for (const action of ['enable', 'disable'] as const) {
          const error = await failureOf(client.perform(on(1, action), at.known.target(), at.signal), action);
          expect(error).toMatchObject({ reason: 'invalid_state', ambiguous: false });
        }
        expect(await at.cloud.outside.stateOf(at.known.objects[0] ?? '')).toBe('created');
      },
    },
    'empty versions',
  ),

  ...driverCases(
    {
      'a version whose import is pending is neither changed nor removed': async (at) => {
        await make(at, 1);
        const id = at.known.objects[0] ?? '';
        at.cloud.inject({ trouble: 'throttled', on: 'await' });
        const waiting = await failureOf(at.perform(on(1, 'await', 'enabled')));
        expect(waiting).toMatchObject({ reason: 'throttled' });
        await at.cloud.heal();
        const client = at.open();
        const error = await failureOf(client.perform(on(1, 'remove'), at.known.target(), at.signal));
        expect(error).toMatchObject({ reason: 'not_ready', ambiguous: false });
        expect(await at.cloud.outside.stateOf(id)).not.toBe('pending_deletion');
        expect(await at.take(on(1, 'await', 'enabled'))).toMatchObject({ seen: [{ id, state: 'enabled' }] });
      },
    },
    'pending imports',
  ),
];
