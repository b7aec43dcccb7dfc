import { expect } from 'vitest';
import type { Desired } from '../../../src/providers/planner.ts';
import { driverCases } from './case.ts';
import { desiredOf, LIFE, make, picture, reach, type Stage } from './stage.ts';

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
export const planCases = [
  ...driverCases({
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

    'every step says that it changed something, but for those that only look': async (at) => {
      for (const desired of LIFE) {
        await reach(at, desired, undefined, async ({ action }, { changed }) => {
          expect({ action, changed }).toEqual({ action, changed: !at.shape.looks.includes(action) });
        });
      }
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
  }),

  ...driverCases(
    {
      'the name moves back to an earlier version': async (at) => {
        await reach(at, desiredOf({ 1: true, 2: true }));
        const back = desiredOf({ 1: true, 2: true }, 1);
        await reach(at, back);
        await expectReached(at, back);
      },
    },
    'movable name',
  ),

  ...driverCases(
    {
      'a version that is made again has another object': async (at) => {
        await reach(at, desiredOf({ 1: true }));
        const former = at.known.objects[0];
        await at.cloud.outside.scheduleDeletion(former ?? '');
        const { versions } = await at.client.observe(at.known.target(), at.signal);
        at.known.learn(versions.filter((each) => 'of' in each));
        expect(at.known.versions.size).toBe(0);
        await make(at, 1);
        expect(at.known.versions.get(1)?.id).not.toBe(former);
      },
    },
    'separate removal',
  ),

  ...driverCases(
    {
      'every change has the request id of the cloud': async (at) => {
        const ids: string[] = [];
        for (const desired of LIFE) {
          await reach(at, desired, undefined, async ({ action }, { changed, requestId }) => {
            if (!changed) return;
            expect({ action, requestId }).toEqual({ action, requestId: expect.stringMatching(/./) as string });
            ids.push(requestId ?? '');
          });
        }
        expect(ids.length).toBeGreaterThan(5);
        expect(new Set(ids).size).toBe(ids.length);
      },
    },
    'request ids',
  ),
];
