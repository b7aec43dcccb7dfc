import { expect, onTestFinished } from 'vitest';
import { recordedAttempt, type RecordedAttempt } from '../../../src/providers/attempt.ts';
import { ProviderError } from '../../../src/providers/errors.ts';
import type { Performed } from '../../../src/providers/observation.ts';
import type { Desired } from '../../../src/providers/planner.ts';
import type { KmsClient, Target } from '../../../src/providers/port.ts';
import {
  HOME,
  stepText,
  type CreateStep,
  type RepeatableStep,
  type Step,
  type VersionStep,
} from '../../../src/providers/step.ts';
import type { CloudUnderTest } from './cloud.ts';
import { known, type Known } from './known.ts';

/** One distribution in a cloud under test, with an account that is open until the test ends. */
export interface Stage {
  readonly cloud: CloudUnderTest;
  readonly client: KmsClient;
  readonly signal: AbortSignal;
  /** The distributed name, which no other case has. */
  readonly name: string;
  readonly known: Known;
  /** Another client of the same account. */
  open(how?: 'impatient' | 'unreachable'): KmsClient;
  /** A new attempt to make a version. */
  attempt(version: number): RecordedAttempt;
  plan(desired: Desired): readonly Step[];
  /** Takes a step of a plan, and records what it returns. */
  take(step: Step): Promise<Performed>;
  perform(step: RepeatableStep): Promise<Performed>;
}

/** @param name - the distributed name */
export function stage(cloud: CloudUnderTest, name: string): Stage {
  const record = known(name);
  const { signal } = new AbortController();
  let attempts = 0;
  const open: Stage['open'] = (how) => {
    const client = cloud.open(how);
    onTestFinished(() => {
      client.close();
    });
    return client;
  };
  const client = open();
  onTestFinished(() => {
    cloud.heal();
  });
  const attempt: Stage['attempt'] = (version) =>
    recordedAttempt({ attempt: `${name}-attempt-${++attempts}`, version, distributedName: name });
  const perform: Stage['perform'] = (step) => client.perform(step, record.target(), signal);
  return {
    cloud,
    client,
    signal,
    name,
    known: record,
    open,
    attempt,
    plan: (desired) => cloud.driver.plan(desired, record.recorded(), record.target()),
    perform,
    async take(step) {
      const done = await (step.action === 'create'
        ? client.create(step, attempt(step.version), record.target(), signal)
        : perform(step));
      record.learn(done.seen);
      return done;
    },
  };
}

/** The step that makes a version. */
export const creating = (version: number): CreateStep => ({ action: 'create', version, place: HOME, to: 'created' });

/** A step about a version, as the driver plans it. */
export const on = (version: number, action: VersionStep['action'], to?: VersionStep['to']): VersionStep => ({
  action,
  version,
  place: HOME,
  ...(to !== undefined && { to }),
});

/** Versions that are to be there, the last of them current unless `current` says otherwise. */
export function desiredOf(enabled: Readonly<Record<number, boolean>>, current?: number): Desired {
  const versions = Object.entries(enabled).map(([version, isEnabled]) => [Number(version), isEnabled] as const);
  return { present: true, enabled: new Map(versions), current: current ?? versions.at(-1)?.[0] ?? 0, places: [HOME] };
}

/** The desired states of a distribution, one after the other, that take every step of a plan. */
export const LIFE: readonly Desired[] = [
  desiredOf({ 1: true }),
  desiredOf({ 1: true, 2: true }),
  desiredOf({ 1: false, 2: true }),
  desiredOf({ 1: true, 2: true }),
  { present: false },
];

/** What is done about a step before it is taken; true if it has been taken. */
export type Before = (step: Step) => Promise<boolean | undefined>;
/** What is done after a step, with the target that it was taken with. */
export type After = (step: Step, done: Performed, target: Target) => Promise<void>;

/** Takes all steps to a desired state, each of which has to keep what it promises. */
export async function reach(at: Stage, desired: Desired, before?: Before, after?: After): Promise<void> {
  for (const step of at.plan(desired)) {
    if ((await before?.(step)) === true) continue;
    const target = at.known.target();
    const done = await at.take(step);
    expectPromised(step, done);
    await after?.(step, done, target);
  }
  expect(at.plan(desired)).toEqual([]);
}

export async function live(at: Stage, before?: Before, after?: After): Promise<void> {
  for (const desired of LIFE) await reach(at, desired, before, after);
}

/** A step has seen what the plan says of it. */
export function expectPromised(step: Step, { seen }: Performed): void {
  const { place } = step;
  const expected = (): unknown => {
    switch (step.action) {
      case 'set_current':
        return { of: 'name', place, points: step.version };
      case 'remove_name':
        return { of: 'name', place, points: 'removed' };
      case 'remove':
        return { of: 'version', version: step.version, place, state: 'removed' };
      case 'create':
      case 'import':
      case 'await':
      case 'replicate':
      case 'enable':
      case 'disable':
        return { of: 'version', version: step.version, place, state: step.to };
      default:
        return {};
    }
  };
  expect(seen, stepText(step)).toContainEqual(expect.objectContaining(expected() as object));
}

/** What the cloud holds of a distribution, as its owner sees it. */
export async function picture({ cloud: { outside }, known: { objects }, name }: Stage): Promise<unknown> {
  const ids = await outside.ids();
  const states: Record<string, string> = {};
  for (const id of objects) states[id] = await outside.stateOf(id);
  return { total: ids.length, states, holder: await outside.holderOf(name) };
}

/** What a call fails with, which has to be a ProviderError. */
export async function failureOf(call: Promise<unknown>, what = 'the call'): Promise<ProviderError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) throw new Error(`${what} succeeded`);
  if (!(error instanceof ProviderError)) throw new Error(`${what} failed with no ProviderError`, { cause: error });
  return error;
}
