import { expect } from 'vitest';
import type { Desired } from '../../../src/providers/planner.ts';
import { driverCases } from './case.ts';
import { creating, desiredOf, LIFE, picture, reach, type Stage } from './stage.ts';

/** The cloud is as it is desired to be. */
async function expectReached(at: Stage, desired: Desired): Promise<void> {
  const { outside } = at.cloud;
  if (!desired.present) {
    for (const id of at.known.objects) expect(await outside.stateOf(id)).toBe('pending_deletion');
    expect(await outside.holderOf(at.name)).toBeUndefined();
    return;
  }
  for (const [version, isEnabled] of desired.enabled) {
    const id = at.known.versions.get(version)?.id ?? '';
    expect(await outside.stateOf(id), `version ${version}`).toBe(isEnabled ? 'enabled' : 'disabled');
  }
  expect(await outside.holderOf(at.name)).toBe(at.known.versions.get(desired.current)?.id);
}

/** Each step keeps its promise, which empties the plan and is so in the cloud. */
export const planCases = driverCases({
  'the steps of a plan lead to the desired state, one desired state after the other': async (at) => {
    for (const desired of LIFE) {
      await reach(at, desired);
      await expectReached(at, desired);
    }
  },

  'versions that are to be disabled are made and disabled': async (at) => {
    const desired = desiredOf({ 1: false, 2: false, 3: true });
    await reach(at, desired);
    await expectReached(at, desired);
  },

  'the name moves back to an earlier version': async (at) => {
    await reach(at, desiredOf({ 1: true, 2: true }));
    const back = desiredOf({ 1: true, 2: true }, 1);
    await reach(at, back);
    await expectReached(at, back);
  },

  'a version that is made again has another object': async (at) => {
    await reach(at, desiredOf({ 1: true }));
    const former = at.known.objects[0];
    await at.cloud.outside.scheduleDeletion(former ?? '');
    at.known.learn((await at.client.observe(at.known.target(), at.signal)).versions.filter((each) => 'of' in each));
    expect(at.known.versions.size).toBe(0);
    await at.take(creating(1));
    expect(at.known.versions.get(1)?.id).not.toBe(former);
  },

  'every change has the request id of the cloud': async (at) => {
    const ids: (string | undefined)[] = [];
    for (const desired of LIFE) {
      await reach(at, desired, undefined, async (_step, { changed, requestId }) => {
        expect(changed).toBe(true);
        ids.push(requestId);
      });
    }
    expect(ids.every((id) => id !== undefined && id !== '')).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  },

  'observe agrees with the record after each desired state': async (at) => {
    for (const desired of LIFE) {
      await reach(at, desired);
      if (!desired.present) break;
      const before = await picture(at);
      const { versions, names, others } = await at.client.observe(at.known.target(), at.signal);
      expect(versions).toMatchObject(
        [...at.known.versions].map(([version, facts]) => ({ of: 'version', version, place: '', ...facts })),
      );
      const id = at.known.versions.get(desired.current)?.id;
      expect(names).toEqual([{ of: 'name', place: '', points: desired.current, id }]);
      expect(others).toEqual([]);
      expect(await picture(at)).toEqual(before);
    }
  },
});
