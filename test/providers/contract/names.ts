import { expect } from 'vitest';
import { HOME } from '../../../src/providers/step.ts';
import { driverCases } from './case.ts';
import { desiredOf, make, on, picture, reach, type Stage } from './stage.ts';

const idOf = ({ known }: Stage, version: number): string => known.versions.get(version)?.id ?? '';
const REMOVE_NAME = { action: 'remove_name', place: HOME } as const;
const STRANGER = { of: 'name', place: HOME, points: 'stranger' };
const seenName = (at: Stage): Promise<unknown> => at.client.observeName(at.known.target(), HOME, at.signal);

/** Whose a distributed name is. */
export const nameCases = [
  ...driverCases({
    'a name that is ours and was taken by a stranger is taken back': async (at) => {
      await reach(at, desiredOf({ 1: true }));
      const stranger = await at.cloud.outside.takeName(at.name);
      const { changed, seen } = await at.take(on(1, 'set_current'));
      expect(changed).toBe(true);
      expect(seen).toContainEqual(expect.objectContaining({ of: 'name', place: HOME, points: 1, id: idOf(at, 1) }));
      expect(seen).not.toContainEqual(expect.objectContaining({ of: 'name', taken: false }));
      expect(await at.cloud.outside.holderOf(at.name)).toBe(idOf(at, 1));
      expect(await at.cloud.outside.stateOf(stranger)).toBe('enabled');
    },

    'a name that leads to an object which was replaced is taken back': async (at) => {
      await reach(at, desiredOf({ 1: true }));
      const replaced = await at.cloud.outside.takeName(at.name);
      const known = at.known.target();
      const target = { ...known, ours: () => [replaced, idOf(at, 1)] };
      expect(await at.client.observeName(target, HOME, at.signal)).toEqual({
        of: 'name',
        place: HOME,
        points: 'replaced',
        id: replaced,
      });
      at.known.learn((await at.client.perform(on(1, 'set_current'), target, at.signal)).seen);
      expect(await at.cloud.outside.holderOf(at.name)).toBe(idOf(at, 1));
    },

    'the current version and a stranger are told apart': async (at) => {
      await reach(at, desiredOf({ 1: true, 2: true }));
      expect(await seenName(at)).toEqual({ of: 'name', place: HOME, points: 2, id: idOf(at, 2) });
      const stranger = await at.cloud.outside.takeName(at.name);
      expect(await seenName(at)).toEqual({ ...STRANGER, holder: { remoteId: stranger, labels: {} } });
    },

    'surveyNames lists our names with what they point to': async (at) => {
      await reach(at, desiredOf({ 1: true }));
      const survey = await at.client.surveyNames(at.signal);
      expect(survey.outcome === 'seen' && survey.targets.get(at.name)).toBe(idOf(at, 1));
    },
  }),

  ...driverCases(
    {
      'a name that points to another version moves, whether or not it is known to be ours': async (at) => {
        for (const owned of [true, false]) {
          await reach(at, desiredOf({ 1: true, 2: true }));
          const target = { ...at.known.target(), ownsName: owned };
          const { seen } = await at.client.perform(on(1, 'set_current'), target, at.signal);
          expect(seen).toMatchObject([{ of: 'name', place: HOME, points: 1, id: idOf(at, 1) }]);
          expect(seen).not.toContainEqual(expect.objectContaining({ taken: true }));
          expect(await at.cloud.outside.holderOf(at.name)).toBe(idOf(at, 1));
          at.known.learn(seen);
        }
      },

      'the current version and a former one are told apart': async (at) => {
        await reach(at, desiredOf({ 1: true, 2: true }));
        await at.cloud.outside.pointName(at.name, idOf(at, 1));
        expect(await seenName(at)).toEqual({ of: 'name', place: HOME, points: 1, id: idOf(at, 1) });
      },
    },
    'movable name',
  ),

  ...driverCases(
    {
      'a name that a stranger has is not used for what holds the versions': async (at) => {
        const stranger = await at.cloud.outside.takeName(at.name);
        const before = await picture(at);
        const [first] = at.plan(desiredOf({ 1: true }));
        expect(first).toEqual({ action: 'create_container', place: HOME });
        const { changed, seen } = await at.perform({ action: 'create_container', place: HOME });
        expect({ changed, seen }).toEqual({ changed: false, seen: [STRANGER] });
        expect(await picture(at)).toEqual(before);
        expect(await at.cloud.outside.stateOf(stranger)).toBe('enabled');
      },
    },
    'container',
  ),

  ...driverCases(
    {
      "a stranger's name that was never ours is left alone": async (at) => {
        await make(at, 1);
        await at.take(on(1, 'import', 'enabled'));
        const stranger = await at.cloud.outside.takeName(at.name);
        const before = await picture(at);
        const { changed, seen } = await at.perform(on(1, 'set_current'));
        expect(changed).toBe(false);
        expect(seen).toEqual([expect.objectContaining(STRANGER)]);
        expect(await picture(at)).toEqual(before);
        expect(await at.perform(REMOVE_NAME)).toMatchObject({ changed: false, seen: [{ points: 'removed' }] });
        expect(await picture(at)).toEqual(before);
        expect(await at.cloud.outside.stateOf(stranger)).toBe('enabled');
      },

      'a name that was taken by a stranger is reported as such when it is taken back': async (at) => {
        await reach(at, desiredOf({ 1: true }));
        await at.cloud.outside.takeName(at.name);
        const seen = [{ of: 'name', points: 1, taken: true }];
        expect(await at.take(on(1, 'set_current'))).toMatchObject({ changed: true, seen });
        const moved = [{ of: 'name', points: 2, taken: false }];
        for (const action of [at.creating(2), on(2, 'import', 'enabled')]) await at.take(action);
        expect(await at.take(on(2, 'set_current'))).toMatchObject({ changed: true, seen: moved });
      },

      'a name that is ours and was deleted by a stranger is set again': async (at) => {
        await reach(at, desiredOf({ 1: true }));
        await at.cloud.outside.dropName(at.name);
        expect(await at.take(on(1, 'set_current'))).toMatchObject({ changed: true, seen: [{ points: 1 }] });
        expect(await at.cloud.outside.holderOf(at.name)).toBe(idOf(at, 1));
      },

      'a name is removed only where it points to one of our objects': async (at) => {
        await reach(at, desiredOf({ 1: true }));
        const stranger = await at.cloud.outside.takeName(at.name);
        const removed = [{ of: 'name', place: HOME, points: 'removed' }];
        // Even a name that was ours: nobody may remove the name of a stranger's object.
        expect(await at.perform(REMOVE_NAME)).toEqual({ changed: false, seen: removed });
        expect(await at.cloud.outside.holderOf(at.name)).toBe(stranger);
        await at.take(on(1, 'set_current'));
        expect(await at.perform(REMOVE_NAME)).toMatchObject({ changed: true, seen: removed });
        expect(await at.cloud.outside.holderOf(at.name)).toBeUndefined();
      },

      'a name of an object which was replaced is removed': async (at) => {
        await reach(at, desiredOf({ 1: true }));
        const id = idOf(at, 1);
        const target = { ...at.known.target(), ids: () => new Map<number, string>(), ours: () => [id] };
        expect(await at.client.perform(REMOVE_NAME, target, at.signal)).toMatchObject({ changed: true });
        expect(await at.cloud.outside.holderOf(at.name)).toBeUndefined();
      },

      'names of other distributions are left alone': async (at) => {
        await reach(at, desiredOf({ 1: true }));
        const other = `${at.name}0`;
        await at.cloud.outside.pointName(other, idOf(at, 1));
        await at.perform(REMOVE_NAME);
        expect(await at.cloud.outside.holderOf(other)).toBe(idOf(at, 1));
        expect(await seenName(at)).toMatchObject({ points: 'nowhere' });
      },
    },
    'free name',
  ),
];
