import { expect } from 'vitest';
import type { KmsClient } from '../../../src/providers/port.ts';
import { HOME } from '../../../src/providers/step.ts';
import { driverCases } from './case.ts';
import { creating, desiredOf, failureOf, LIFE, live, on, picture, reach, type Stage } from './stage.ts';

type Call = readonly [name: string, call: (client: KmsClient, signal: AbortSignal) => Promise<unknown>];

/** Calls that change something. */
function changing(at: Stage): readonly Call[] {
  const target = at.known.target();
  const id = at.known.objects[0] ?? '';
  return [
    ['create', (client, signal) => client.create(creating(9), at.attempt(9), target, signal)],
    ...(['import', 'enable', 'disable', 'set_current'] as const).map((action): Call => [
      action,
      (client, signal) => client.perform(on(1, action), target, signal),
    ]),
    ['remove_name', (client, signal) => client.perform({ action: 'remove_name', place: HOME }, target, signal)],
    ['remove', (client, signal) => client.perform(on(2, 'remove'), target, signal)],
    ['removeObject', (client, signal) => client.removeObject(id, signal)],
  ];
}

/** Calls that read, and reject where they cannot. */
function reading(at: Stage): readonly Call[] {
  const id = at.known.objects[0] ?? '';
  return [
    ['find', (client, signal) => client.find(at.attempt(1), at.known.target(), signal)],
    ['account', (client, signal) => client.account(signal, true)],
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

/** When a call ends. */
export const deadlineCases = driverCases({
  'a silent cloud ends each call in time': async (at) => {
    await reach(at, LIFE[1] ?? desiredOf({ 1: true }));
    const before = await picture(at);
    at.cloud.inject({ trouble: 'silent' });
    const client = at.open('impatient');
    const ended = async ([name, call]: Call): Promise<unknown> => {
      const { error, took } = await timed(call(client, at.signal));
      expect({ name, took: took < at.cloud.longestCallMs }).toEqual({ name, took: true });
      return error;
    };
    await Promise.all([
      ...changing(at).map(async (each) => {
        const error = { name: 'ProviderError', reason: 'timeout', ambiguous: true };
        expect({ name: each[0], error: await ended(each) }).toMatchObject({ name: each[0], error });
      }),
      ...reading(at).map(async (each) => {
        const error = { name: 'ProviderError', reason: 'timeout' };
        expect({ name: each[0], error: await ended(each) }).toMatchObject({ name: each[0], error });
      }),
      ...observing(at).map(async (each) => {
        expect({ name: each[0], error: await ended(each) }).toEqual({ name: each[0], error: undefined });
      }),
    ]);
    at.cloud.heal();
    expect(await picture(at)).toEqual(before);
  },

  'a silent cloud is observed as unreachable': async (at) => {
    await reach(at, LIFE[1] ?? desiredOf({ 1: true }));
    at.cloud.inject({ trouble: 'silent' });
    const client = at.open('impatient');
    const { versions, names } = await client.observe(at.known.target(), at.signal);
    expect([...versions, ...names]).toMatchObject([1, 2, 3].map(() => ({ outcome: 'unreachable' })));
    expect(await client.surveyNames(at.signal)).toMatchObject({ outcome: 'unreachable' });
  },

  'a signal that is aborted keeps each call from being sent': async (at) => {
    await reach(at, LIFE[1] ?? desiredOf({ 1: true }));
    const before = at.cloud.requests();
    const reason = new Error('the request has ended');
    for (const [name, call] of [...changing(at), ...reading(at)]) {
      const error = await failureOf(call(at.client, AbortSignal.abort(reason)), name);
      expect({ name, ambiguous: error.ambiguous }).toEqual({ name, ambiguous: false });
    }
    for (const [name, call] of observing(at)) {
      const { error } = await timed(call(at.client, AbortSignal.abort(reason)));
      expect({ name, error }).toEqual({ name, error: reason });
    }
    expect(at.cloud.requests()).toBe(before);
  },

  'a signal that aborts ends each step that is under way': async (at) => {
    await live(at, async (step) => {
      if (step.action === 'create') return false;
      const aborter = new AbortController();
      const held = at.cloud.hold(step.action);
      const call = timed(at.client.perform(step, at.known.target(), aborter.signal));
      await held.arrived;
      aborter.abort();
      const { error, took } = await call;
      expect({ step, took: took < at.cloud.longestCallMs }).toEqual({ step, took: true });
      expect(error).toMatchObject({ name: 'ProviderError', ambiguous: true });
      held.release();
      at.cloud.heal();
      return false;
    });
  },

  'a signal that aborts does not interrupt a create that is under way': async (at) => {
    const aborter = new AbortController();
    const held = at.cloud.hold('create');
    const call = at.client.create(creating(1), at.attempt(1), at.known.target(), aborter.signal);
    await held.arrived;
    aborter.abort();
    held.release();
    at.known.learn((await call).seen);
    expect(at.known.versions.get(1)?.state).toBe('created');
    expect(await at.cloud.outside.stateOf(at.known.objects[0] ?? '')).toBe('created');
  },
});
