import { expect } from 'vitest';
import { ProviderError } from '../../../src/providers/errors.ts';
import type { KmsClient } from '../../../src/providers/port.ts';
import { HOME, type RepeatableStep, type VersionStep } from '../../../src/providers/step.ts';
import { driverCases } from './case.ts';
import { desiredOf, failureOf, LIFE, live, on, picture, prepare, reach, type Stage } from './stage.ts';

type Call = readonly [name: string, call: (client: KmsClient, signal: AbortSignal) => Promise<unknown>];

/** Calls that perform a step, of each action that the cloud has. */
function changing(at: Stage): readonly Call[] {
  const target = at.known.target();
  const id = at.known.objects[0] ?? '';
  const perform = (step: RepeatableStep): Call => [
    step.action,
    (client, signal) => client.perform(step, target, signal),
  ];
  const steps = at.shape.steps.flatMap((action): readonly Call[] => {
    switch (action) {
      case 'create':
        return [[action, (client, signal) => client.create(at.creating(9), at.attempt(9), target, signal)]];
      case 'create_container':
      case 'create_wrapping_key':
      case 'remove_name':
        return [perform({ action, place: HOME })];
      case 'remove_container':
        return [perform({ action, place: HOME, id: at.name })];
      case 'remove':
        return [perform(on(2, action))];
      default:
        return [perform(on(1, action as VersionStep['action']))];
    }
  });
  const isSeparate = at.shape.traits.includes('separate removal');
  return [
    ...steps,
    ...(isSeparate ? [['removeObject', (client, signal) => client.removeObject(id, signal)] satisfies Call] : []),
  ];
}

/** Calls that read, and reject where they cannot. */
function reading(at: Stage): readonly Call[] {
  const id = at.known.objects[0] ?? '';
  return [
    ['find', (client, signal) => client.find(at.attempt(1), at.known.target(), signal)],
    ['readLabels', (client, signal) => client.readLabels(id, signal)],
    ['inspect', (client, signal) => client.inspect(id, signal)],
  ];
}

/** Calls that never reject but for an aborted signal. */
function observing(at: Stage): readonly Call[] {
  const target = at.known.target();
  return [
    ['observe', (client, signal) => client.observe(target, signal)],
    ['observeName', (client, signal) => client.observeName(target, HOME, signal)],
    ['surveyNames', (client, signal) => client.surveyNames(signal)],
    ['findByLabel', (client, signal) => client.findByLabel('key_name', at.name, signal)],
    ['probePermissions', (client, signal) => client.probePermissions(signal)],
  ];
}

/** How a call ended, and after how many milliseconds. */
async function timed(call: Promise<unknown>): Promise<{ readonly error: unknown; readonly took: number }> {
  const start = performance.now();
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, took: performance.now() - start };
}

function isUnsent(error: unknown): boolean {
  return error instanceof ProviderError && error.reason === 'timeout' && !error.ambiguous;
}

/** An impatient client that has its token, where it takes one: the silence is that of the cloud itself. */
async function signedIn(at: Stage): Promise<KmsClient> {
  const client = at.open('impatient');
  for (;;) {
    const { problem, permissions } = await client.probePermissions(at.signal);
    if (problem === undefined && permissions.every(({ granted }) => granted === 'yes')) return client;
  }
}

/** When a call ends. */
export const deadlineCases = [
  ...driverCases({
    'a silent cloud ends each call in time': async (at) => {
      await reach(at, LIFE[1] ?? desiredOf({ 1: true }));
      const client = await signedIn(at);
      const before = await picture(at);
      at.cloud.inject({ trouble: 'silent' });
      const ended = async ([name, call]: Call): Promise<unknown> => {
        const { error, took } = await timed(call(client, at.signal));
        expect({ name, took: took < at.cloud.longestCallMs }).toEqual({ name, took: true });
        return error;
      };
      await Promise.all([
        ...changing(at).map(async (each) => {
          const error = { name: 'ProviderError', reason: 'timeout', ambiguous: true };
          let came = await ended(each);
          // On a busy machine the time may be over before anything is sent, which is not ambiguous.
          for (let repeats = 0; repeats < 3 && isUnsent(came); repeats++) came = await ended(each);
          expect({ name: each[0], error: came }).toMatchObject({ name: each[0], error });
        }),
        ...reading(at).map(async (each) => {
          const error = { name: 'ProviderError', reason: 'timeout' };
          expect({ name: each[0], error: await ended(each) }).toMatchObject({ name: each[0], error });
        }),
        ...observing(at).map(async (each) => {
          expect({ name: each[0], error: await ended(each) }).toEqual({ name: each[0], error: undefined });
        }),
      ]);
      await at.cloud.heal();
      expect(await picture(at)).toEqual(before);
    },

    'a silent cloud is observed as unreachable': async (at) => {
      await reach(at, LIFE[1] ?? desiredOf({ 1: true }));
      const client = await signedIn(at);
      at.cloud.inject({ trouble: 'silent' });
      const { versions, names } = await client.observe(at.known.target(), at.signal);
      expect([...versions, ...names]).toMatchObject([1, 2, 3].map(() => ({ outcome: 'unreachable' })));
      expect(await client.surveyNames(at.signal)).toMatchObject({ outcome: 'unreachable' });
    },

    'a signal that is aborted keeps each call from being sent': async (at) => {
      await reach(at, LIFE[1] ?? desiredOf({ 1: true }));
      const before = at.cloud.requests();
      const reason = new Error('the request has ended');
      // One that remembers nothing that would spare a request.
      const client = at.open();
      for (const [name, call] of [...changing(at), ...reading(at)]) {
        const error = await failureOf(call(client, AbortSignal.abort(reason)), name);
        expect({ name, ambiguous: error.ambiguous }).toEqual({ name, ambiguous: false });
      }
      for (const [name, call] of observing(at)) {
        const { error } = await timed(call(client, AbortSignal.abort(reason)));
        expect({ name, error }).toEqual({ name, error: reason });
      }
      expect(at.cloud.requests()).toBe(before);
    },

    'a signal that aborts ends each step that is under way, unless its answer says what was made': async (at) => {
      await live(at, async (step) => {
        if (step.action === 'create') return false;
        const aborter = new AbortController();
        const held = at.cloud.hold(step.action);
        const call = timed(at.client.perform(step, at.known.target(), aborter.signal));
        await held.arrived;
        aborter.abort();
        const finishes = at.shape.finishes.includes(step.action);
        if (finishes) held.release();
        const { error, took } = await call;
        expect({ step, took: took < at.cloud.longestCallMs }).toEqual({ step, took: true });
        if (finishes) expect(error).toBeUndefined();
        else expect(error).toMatchObject({ name: 'ProviderError', ambiguous: true });
        held.release();
        await at.cloud.heal();
        return false;
      });
    },

    'a signal that aborts does not interrupt a create that is under way': async (at) => {
      await prepare(at);
      const aborter = new AbortController();
      const held = at.cloud.hold('create');
      const call = at.client.create(at.creating(1), at.attempt(1), at.known.target(), aborter.signal);
      await held.arrived;
      aborter.abort();
      held.release();
      at.known.learn((await call).seen);
      expect(at.known.versions.get(1)?.state).toBe(at.shape.makes);
      expect(await at.cloud.outside.ids()).toContain(at.known.objects[0]);
    },
  }),

  ...driverCases(
    {
      'the account is asked for with a deadline, and not with a signal that is aborted': async (at) => {
        at.cloud.inject({ trouble: 'silent' });
        const { error, took } = await timed(at.open('impatient').account(at.signal, true));
        expect(error).toMatchObject({ name: 'ProviderError', reason: 'timeout' });
        expect(took).toBeLessThan(at.cloud.longestCallMs);
        const before = at.cloud.requests();
        const refused = await failureOf(at.client.account(AbortSignal.abort(new Error('the request has ended')), true));
        expect(refused.ambiguous).toBe(false);
        expect(at.cloud.requests()).toBe(before);
      },
    },
    'account',
  ),
];
