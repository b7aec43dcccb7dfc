import { expect } from 'vitest';
import type { Observation } from '../../../src/providers/observation.ts';
import { ATTEMPT_LABEL, type Search } from '../../../src/providers/port.ts';
import type { CreateStep } from '../../../src/providers/step.ts';
import type { Trouble } from './cloud.ts';
import { driverCases } from './case.ts';
import { desiredOf, expectPromised, failureOf, live, make, picture, prepare, reach, type Stage } from './stage.ts';

/** What is to be recorded of the one object that was found. */
function seenIn(search: Search): readonly Observation[] {
  if (search.outcome === 'proven') return search.seen;
  return search.outcome === 'found' ? (search.candidates[0]?.seen ?? []) : [];
}

/** Creates a version with an answer that is lost after the effect, and finds it again. */
async function createLost(at: Stage, step: CreateStep, trouble: Trouble = 'lost_after'): Promise<void> {
  const before = new Set(await at.cloud.outside.ids());
  at.cloud.inject({ trouble, on: 'create' });
  const attempt = at.attempt(step.version);
  const error = await failureOf(at.client.create(step, attempt, at.known.target(), at.signal), 'create');
  expect(error.ambiguous).toBe(true);
  await at.cloud.heal();
  const made = (await at.cloud.outside.ids()).filter((id) => !before.has(id));
  expect(made, 'create is sent once').toHaveLength(1);
  const [id = ''] = made;
  const search = await at.client.find(attempt, at.known.target(), at.signal);
  if (search.outcome === 'found') expect(search.candidates.map((candidate) => candidate.id)).toEqual([id]);
  at.known.learn(seenIn(search));
  expect(at.known.versions.get(step.version)?.id).toBe(id);
}

/** What is known after an answer was lost. */
export const lostAnswerCases = [
  ...driverCases({
    'a create whose answer is lost is ambiguous, is sent once, and is found; the life of the version goes on': async (
      at,
    ) => {
      await live(at, async (step) => {
        if (step.action !== 'create') return false;
        await createLost(at, step);
        return true;
      });
      expect(at.known.objects.length).toBeGreaterThan(1);
      for (const id of at.known.objects) expect(await at.cloud.outside.stateOf(id)).toBe('pending_deletion');
    },

    'a create whose answer cannot be read is ambiguous, and is found': async (at) => {
      await prepare(at);
      await createLost(at, at.creating(1), 'garbled');
    },

    'what another client has made is found': async (at) => {
      await prepare(at);
      const attempt = at.attempt(1);
      const target = at.known.target();
      const { seen } = await at.client.create(at.creating(1), attempt, target, at.signal);
      const search = await at.open().find(attempt, target, at.signal);
      const isVersion = ({ of }: Observation): boolean => of === 'version';
      expect(seenIn(search).filter(isVersion)).toEqual(seen.filter(isVersion));
    },

    'a create that is lost before it has an effect is ambiguous, is sent once, and is absent': async (at) => {
      await prepare(at);
      const before = await picture(at);
      at.cloud.inject({ trouble: 'lost_before', on: 'create', times: 1 });
      const attempt = at.attempt(1);
      const error = await failureOf(at.client.create(at.creating(1), attempt, at.known.target(), at.signal));
      expect(error.ambiguous).toBe(true);
      expect(await picture(at)).toEqual(before);
      expect(await at.client.find(attempt, at.known.target(), at.signal)).toEqual({ outcome: 'absent' });
    },

    'a create that cannot be sent is not ambiguous': async (at) => {
      await prepare(at);
      const attempt = at.attempt(1);
      const error = await failureOf(
        at.open('unreachable').create(at.creating(1), attempt, at.known.target(), at.signal),
      );
      expect(error.ambiguous).toBe(false);
      await at.cloud.heal();
      expect(await at.client.find(attempt, at.known.target(), at.signal)).toEqual({ outcome: 'absent' });
    },

    'a create that is refused is not ambiguous and makes nothing': async (at) => {
      await prepare(at);
      const before = await picture(at);
      for (const trouble of ['forbidden', 'throttled', 'unauthenticated'] as const) {
        at.cloud.inject({ trouble, on: 'create' });
        const error = await failureOf(at.client.create(at.creating(1), at.attempt(1), at.known.target(), at.signal));
        expect({ trouble, ambiguous: error.ambiguous }).toEqual({ trouble, ambiguous: false });
      }
      expect(await picture(at)).toEqual(before);
    },

    'an attempt that was never made is absent, although others of the same version were': async (at) => {
      for (const version of [1, 2]) await make(at, version);
      const absent = async (version: number): Promise<void> => {
        const found = await at.open().find(at.attempt(version), at.known.target(), at.signal);
        expect({ version, found }).toEqual({ version, found: { outcome: 'absent' } });
      };
      for (const version of [1, 2, 3]) await absent(version);
      await at.cloud.outside.takeName(at.name);
      for (const version of [1, 2, 3]) await absent(version);
    },

    'find does not say absent where it may not look': async (at) => {
      await prepare(at);
      const attempt = at.attempt(1);
      await at.client.create(at.creating(1), attempt, at.known.target(), at.signal);
      at.cloud.inject({ trouble: 'forbidden' });
      const look = at.open().find(attempt, at.known.target(), at.signal);
      const found = await look.catch((error: unknown) => error);
      // Where it may look by a documented permission, the refusal names it.
      if (found instanceof Error) expect(found).toMatchObject({ name: 'ProviderError', reason: 'forbidden' });
      else expect(found).toMatchObject({ outcome: 'unknown' });
    },

    'a step whose answer is lost once has succeeded, or is ambiguous and may be repeated': async (at) => {
      for (const [index, trouble] of (['lost_after', 'lost_before', 'garbled'] as const).entries()) {
        const own = at.beside('abc'.charAt(index));
        await live(own, async (step) => {
          if (step.action === 'create') return false;
          at.cloud.inject({ trouble, on: step.action, times: 1 });
          try {
            expectPromised(step, await own.perform(step));
          } catch (error) {
            expect(error).toMatchObject({ name: 'ProviderError', ambiguous: true });
          }
          await at.cloud.heal();
          // Taken again, whatever came of it.
          return false;
        });
      }
    },

    'a step whose answers are all lost is ambiguous, and has its effect once repeated': async (at) => {
      await live(at, async (step) => {
        if (step.action === 'create') return false;
        at.cloud.inject({ trouble: 'lost_after', on: step.action });
        const error = await failureOf(at.perform(step), step.action);
        expect({ step, ambiguous: error.ambiguous }).toEqual({ step, ambiguous: true });
        await at.cloud.heal();
        return false;
      });
    },

    'what an attempt has made is found, although a stranger has the name by now': async (at) => {
      await prepare(at);
      const attempt = at.attempt(1);
      const { seen } = await at.client.create(at.creating(1), attempt, at.known.target(), at.signal);
      const stranger = await at.cloud.outside.takeName(at.name);
      const search = await at.open().find(attempt, at.known.target(), at.signal);
      const made = seen.find(({ of }) => of === 'version');
      expect(seenIn(search)).toContainEqual(
        expect.objectContaining({ of: 'version', id: made && 'id' in made && made.id }),
      );
      expect(JSON.stringify(search)).not.toContain(stranger);
    },

    "an object of somebody else with the attempt's label is a candidate at most": async (at) => {
      await prepare(at);
      const attempt = at.attempt(1);
      const target = at.known.target();
      at.known.learn((await at.client.create(at.creating(1), attempt, target, at.signal)).seen);
      const [made = ''] = at.known.objects;
      const forged = await at.cloud.outside.takeName(at.name, { [ATTEMPT_LABEL]: attempt.attempt });
      const search = await at.open().find(attempt, target, at.signal);
      if (search.outcome === 'found') {
        expect(new Set(search.candidates.map(({ id }) => id))).toEqual(new Set([made, forged]));
      } else if (search.outcome === 'proven') {
        expect(search.seen).toContainEqual(expect.objectContaining({ of: 'version', id: made }));
        expect(JSON.stringify(search)).not.toContain(forged);
      } else {
        expect(search).toMatchObject({ outcome: 'unknown' });
      }
      expect(await at.cloud.outside.stateOf(forged)).toBe('enabled');
    },
  }),
  ...driverCases(
    {
      'what create makes carries the labels of its version and attempt': async (at) => {
        await prepare(at);
        const attempt = at.attempt(1);
        at.known.learn((await at.client.create(at.creating(1), attempt, at.known.target(), at.signal)).seen);
        expect(await at.client.readLabels(at.known.objects[0] ?? '', at.signal)).toEqual({
          outcome: 'seen',
          labels: { ...at.known.target().labels(1), [ATTEMPT_LABEL]: attempt.attempt },
        });
      },

      'what another client has made is found where the distribution is not on record any more': async (at) => {
        await prepare(at);
        const attempt = at.attempt(1);
        const { seen } = await at.client.create(at.creating(1), attempt, at.known.target(), at.signal);
        const id = seen.find(({ of }) => of === 'version');
        const search = await at.open().find(attempt, undefined, at.signal);
        // Nothing to compare it with: it is not taken for the attempt's yet.
        expect(search.outcome).toBe('found');
        expect(seenIn(search)).toContainEqual(id);
      },
    },
    'version labels',
  ),

  ...driverCases(
    {
      'what an attempt has made is not adopted once it is pending deletion': async (at) => {
        await prepare(at);
        const attempt = at.attempt(1);
        const target = at.known.target();
        at.known.learn((await at.client.create(at.creating(1), attempt, target, at.signal)).seen);
        await reach(at, desiredOf({ 1: true }));
        const [made = ''] = at.known.objects;
        await at.cloud.outside.scheduleDeletion(made);
        const client = at.open();
        const search = await client.find(attempt, target, at.signal);
        if (search.outcome === 'found') {
          // It is told to be of no use.
          expect(search.candidates.map(({ id }) => id)).toEqual([made]);
          expect(await client.inspect(made, at.signal)).toMatchObject({ state: 'pending_deletion' });
        } else {
          expect(search).toEqual({ outcome: 'absent' });
        }
      },
    },
    'separate removal',
  ),

  ...driverCases(
    {
      'what holds the versions carries the labels of the distribution': async (at) => {
        await prepare(at);
        await make(at, 1);
        const answer = await at.client.readLabels(at.name, at.signal);
        expect(answer).toMatchObject({ outcome: 'seen', labels: at.known.target().labels() });
      },
    },
    'container',
  ),
];
