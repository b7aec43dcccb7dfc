import { expect } from 'vitest';
import { HOME } from '../../../src/providers/step.ts';
import { targetOf } from '../target.ts';
import { driverCases } from './case.ts';
import { creating, desiredOf, on, picture, reach, type Stage } from './stage.ts';

const idOf = ({ known }: Stage, version: number): string => known.versions.get(version)?.id ?? '';
const REMOVE_NAME = { action: 'remove_name', place: HOME } as const;

/** Version 1 is there, but its name is not. */
async function importOne(at: Stage): Promise<void> {
  await at.take(creating(1));
  await at.take(on(1, 'import', 'enabled'));
}

/** Whose a distributed name is. */
export const nameCases = driverCases({
  "a stranger's name that was never ours is left alone": async (at) => {
    await importOne(at);
    const stranger = await at.cloud.outside.makeObject();
    await at.cloud.outside.pointName(at.name, stranger);
    const before = await picture(at);
    const { changed, seen } = await at.perform(on(1, 'set_current'));
    expect(changed).toBe(false);
    expect(seen).toEqual([expect.objectContaining({ of: 'name', place: HOME, points: 'stranger' })]);
    expect(await picture(at)).toEqual(before);
    expect(await at.perform(REMOVE_NAME)).toMatchObject({ changed: false, seen: [{ points: 'removed' }] });
    expect(await picture(at)).toEqual(before);
    expect(await at.cloud.outside.stateOf(stranger)).toBe('enabled');
  },

  'a name that is ours and was moved by a stranger is taken back': async (at) => {
    await reach(at, desiredOf({ 1: true }));
    const stranger = await at.cloud.outside.makeObject();
    await at.cloud.outside.pointName(at.name, stranger);
    expect(await at.take(on(1, 'set_current'))).toMatchObject({
      changed: true,
      seen: [{ of: 'name', place: HOME, points: 1, id: idOf(at, 1), taken: true }],
    });
    expect(await at.cloud.outside.holderOf(at.name)).toBe(idOf(at, 1));
    expect(await at.cloud.outside.stateOf(stranger)).toBe('enabled');
  },

  'a name that is ours and was deleted by a stranger is set again': async (at) => {
    await reach(at, desiredOf({ 1: true }));
    await at.cloud.outside.dropName(at.name);
    expect(await at.take(on(1, 'set_current'))).toMatchObject({ changed: true, seen: [{ points: 1 }] });
    expect(await at.cloud.outside.holderOf(at.name)).toBe(idOf(at, 1));
  },

  'a name that points to another version moves, whether or not it is known to be ours': async (at) => {
    for (const owned of [true, false]) {
      await reach(at, desiredOf({ 1: true, 2: true }));
      const target = { ...at.known.target(), ownsName: owned };
      const { seen } = await at.client.perform(on(1, 'set_current'), target, at.signal);
      expect(seen).toEqual([{ of: 'name', place: HOME, points: 1, id: idOf(at, 1), taken: false }]);
      expect(await at.cloud.outside.holderOf(at.name)).toBe(idOf(at, 1));
      at.known.learn(seen);
    }
  },

  'a name that points to an object which was replaced moves': async (at) => {
    await importOne(at);
    const replaced = await at.cloud.outside.makeObject();
    await at.cloud.outside.pointName(at.name, replaced);
    const target = targetOf({ name: at.name, ids: { 1: idOf(at, 1) }, ours: [replaced, idOf(at, 1)] });
    expect(await at.client.observeName(target, HOME, at.signal)).toEqual({
      of: 'name',
      place: HOME,
      points: 'replaced',
      id: replaced,
    });
    await at.client.perform(on(1, 'set_current'), target, at.signal);
    expect(await at.cloud.outside.holderOf(at.name)).toBe(idOf(at, 1));
  },

  'a name is removed only where it points to one of our objects': async (at) => {
    await reach(at, desiredOf({ 1: true }));
    const stranger = await at.cloud.outside.makeObject();
    await at.cloud.outside.pointName(at.name, stranger);
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
    const target = targetOf({ name: at.name, ours: [idOf(at, 1)] });
    expect(await at.client.perform(REMOVE_NAME, target, at.signal)).toMatchObject({ changed: true });
    expect(await at.cloud.outside.holderOf(at.name)).toBeUndefined();
  },

  'names of other distributions are left alone': async (at) => {
    await reach(at, desiredOf({ 1: true }));
    const other = `${at.name}0`;
    await at.cloud.outside.pointName(other, idOf(at, 1));
    await at.perform(REMOVE_NAME);
    expect(await at.cloud.outside.holderOf(other)).toBe(idOf(at, 1));
    expect(await at.client.observeName(at.known.target(), HOME, at.signal)).toMatchObject({ points: 'nowhere' });
  },

  'the current version, a former one and a stranger are told apart': async (at) => {
    await reach(at, desiredOf({ 1: true, 2: true }));
    const seen = (): Promise<unknown> => at.client.observeName(at.known.target(), HOME, at.signal);
    const name = { of: 'name', place: HOME };
    expect(await seen()).toEqual({ ...name, points: 2, id: idOf(at, 2) });
    await at.cloud.outside.pointName(at.name, idOf(at, 1));
    expect(await seen()).toEqual({ ...name, points: 1, id: idOf(at, 1) });
    const stranger = await at.cloud.outside.makeObject();
    await at.cloud.outside.pointName(at.name, stranger);
    expect(await seen()).toEqual({ ...name, points: 'stranger', holder: { remoteId: stranger, labels: {} } });
  },

  'surveyNames lists our names with what they point to': async (at) => {
    await reach(at, desiredOf({ 1: true }));
    const survey = await at.client.surveyNames(at.signal);
    expect(survey.outcome === 'seen' && survey.targets.get(at.name)).toBe(idOf(at, 1));
  },
});
