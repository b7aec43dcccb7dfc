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
import type { KeyMaterial } from '../../../src/crypto/key-material.ts';
import type { Action, CloudUnderTest, Shape } from './cloud.ts';
import { known, type Known } from './known.ts';

/** One distribution in a cloud under test, with an account that is open until the test ends. */
export interface Stage {
  readonly cloud: CloudUnderTest;
  readonly shape: Shape;
  readonly client: KmsClient;
  readonly signal: AbortSignal;
  /** The distributed name, which no other case has. */
  readonly name: string;
  readonly known: Known;
  /** Another client of the same account. */
  open(how?: 'impatient' | 'unreachable'): KmsClient;
  /** A new attempt to make a version. */
  attempt(version: number): RecordedAttempt;
  /** The step that makes a version, to be enabled. */
  creating(version: number): CreateStep;
  plan(desired: Desired): readonly Step[];
  /** Another distribution in the same account. @param name - of letters */
  beside(name: string): Stage;
  /** Takes a step of a plan, and records what it returns. */
  take(step: Step): Promise<Performed>;
  perform(step: RepeatableStep): Promise<Performed>;
  /** Material that was read, by version, in order, of distributions beside it too; `destroyed` once it is. */
  readonly read: readonly { readonly version: number; readonly destroyed: () => boolean }[];
}

/** @param name - the distributed name */
export function stage(
  cloud: CloudUnderTest,
  shape: Shape,
  name: string,
  read: { version: number; destroyed: () => boolean }[] = [],
): Stage {
  /** Material of a key, of which is kept whether it is destroyed. */
  const watched = (version: number, made: KeyMaterial): KeyMaterial => {
    let isDestroyed = false;
    read.push({ version, destroyed: () => isDestroyed });
    const destroy = (): void => {
      isDestroyed = true;
      made.destroy();
    };
    return { ...made, destroy };
  };
  const record = known(name, cloud.key);
  const watchedTarget: Known['target'] = (material) => {
    const target = record.target(material);
    return { ...target, material: async (version) => watched(version, await target.material(version)) };
  };
  const inWatch: Known = { ...record, target: watchedTarget };
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
  onTestFinished(() => cloud.heal());
  const attempt: Stage['attempt'] = (version) =>
    recordedAttempt({ attempt: `${name}-attempt-${++attempts}`, version, distributedName: name });
  const perform: Stage['perform'] = (step) => client.perform(step, inWatch.target(), signal);
  return {
    cloud,
    shape,
    client,
    signal,
    name,
    known: inWatch,
    open,
    attempt,
    creating: (version) => ({ action: 'create', version, place: HOME, to: shape.makes }),
    read,
    beside: (other) => stage(cloud, shape, `${other}-${name}`, read),
    plan: (desired) => cloud.driver.plan(desired, record.recorded(), inWatch.target()),
    perform,
    async take(step) {
      const done = await (step.action === 'create'
        ? client.create(step, attempt(step.version), inWatch.target(), signal)
        : perform(step));
      record.learn(done.seen);
      return done;
    },
  };
}

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
    let target = at.known.target();
    let done = await at.take(step);
    if (isRefused(at, step, done)) {
      target = at.known.target();
      done = await at.take(step);
    }
    expectPromised(step, done);
    await after?.(step, done, target);
  }
  expect(at.plan(desired)).toEqual([]);
}

/** The steps of {@link LIFE}, and those that follow where a stranger takes the name meanwhile. */
export async function live(at: Stage, before?: Before, after?: After): Promise<void> {
  const taken = new Set<Action>();
  const noted: Before = async (step) => {
    taken.add(step.action);
    return before?.(step);
  };
  for (const [index, desired] of LIFE.entries()) {
    await reach(at, desired, noted, after);
    if (index !== 1) continue;
    await at.cloud.outside.takeName(at.name);
    const seen = await at.client.observeName(at.known.target(), HOME, at.signal);
    expect(seen).toMatchObject({ points: 'stranger' });
    if ('of' in seen) at.known.learn([seen]);
    await reach(at, desired, noted, after);
  }
  // Otherwise a case would not show what it says.
  expect([...taken].sort()).toEqual([...at.shape.steps].sort());
}

/** Takes the steps of a plan that come before the first version is made. */
export async function prepare(at: Stage): Promise<void> {
  for (const step of at.plan(desiredOf({ 1: true }))) {
    if (step.action === 'create') return;
    await at.take(step);
  }
}

/** Makes a version after what it takes; it need not hold its material yet. */
export async function make(at: Stage, version: number): Promise<void> {
  if (at.known.versions.size === 0) await prepare(at);
  await at.take(at.creating(version));
}

/** Plans and takes one step after the other, as the engine does, whatever each has seen. */
export async function settle(at: Stage, desired: Desired): Promise<void> {
  for (let steps = 0; steps < 20; steps++) {
    const [step] = at.plan(desired);
    if (step === undefined) return;
    await at.take(step);
  }
  throw new Error(`the plan does not end: ${at.plan(desired).map(stepText).join(', ')}`);
}

/** A step has seen that what it would make is there, and is not to be used. */
export function isRefused({ shape }: Stage, step: Step, { changed, seen }: Performed): boolean {
  if (!shape.anew.includes(step.action) || changed) return false;
  expect(seen).toMatchObject([{ of: 'wrapping_key', state: 'gone' }]);
  return true;
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
      case 'create_container':
        return { of: 'container', state: 'made' };
      case 'create_wrapping_key':
        return { of: 'wrapping_key', state: 'ready' };
      case 'remove_container':
        return { of: 'container', id: step.id, state: 'removed' };
      case 'remove_replaced':
        return { of: 'replaced', id: step.id, state: 'removed' };
      case 'create':
      case 'import':
      case 'await':
      case 'replicate':
      case 'enable':
      case 'disable':
        return { of: 'version', version: step.version, place, state: step.to };
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
