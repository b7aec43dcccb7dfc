import { describe, expect, it } from 'vitest';
import { failuresOfRun, isFinal, type Failures } from '../../src/keymgmt/reconcile/failures.ts';
import type { ReconcileStep } from '../../src/keymgmt/reconcile-step.ts';
import type { Distribution } from '../../src/keymgmt/records/distribution.ts';
import { ProviderError, type ProviderErrorReason } from '../../src/providers/errors.ts';
import { HOME, type Place, type VersionStep } from '../../src/providers/step.ts';
import { created, creating, known, ready } from '../support/records.ts';

const EU = 'eu-west-1';
const failure = (reason: ProviderErrorReason, ambiguous = false): ProviderError =>
  new ProviderError(reason, reason, { call: 'Call', ambiguous });
const create = (version: number): ReconcileStep => ({ action: 'create', version, place: HOME, to: 'created' });
const step = (action: VersionStep['action'], version: number, place: Place = HOME): ReconcileStep => ({
  action,
  version,
  place,
});

/** The failures of a run in which these steps have failed so. */
const after = (
  record: Distribution,
  ...failed: readonly (readonly [ReconcileStep, ProviderErrorReason])[]
): Failures => {
  const failures = failuresOfRun();
  for (const [failedStep, reason] of failed) failures.goOn(failedStep, failure(reason), record);
  return failures;
};

describe('a failure', () => {
  const record = known({ 1: ready('x', true) });

  it.each<ProviderErrorReason>([
    'forbidden',
    'invalid_request',
    'not_found',
    'already_exists',
    'invalid_state',
    'pending_deletion',
  ])('that waiting does not mend (%s) does not end the run', (reason) => {
    const failures = failuresOfRun();
    expect(failures.goOn(step('import', 1), failure(reason), record)).toBe(true);
    expect(failures.any).toBe(true);
  });

  it.each<ProviderErrorReason>(['unauthenticated', 'throttled', 'not_ready', 'timeout', 'unavailable'])(
    'that may be mended by waiting, or concerns every call (%s), ends it',
    (reason) => {
      const failures = failuresOfRun();
      expect(failures.goOn(step('import', 1), failure(reason), record)).toBe(false);
      expect(failures.any).toBe(false);
    },
  );

  it('whose call may have had its effect is not final', () => {
    expect(isFinal(failure('forbidden', true))).toBe(false);
    expect(failuresOfRun().goOn(step('import', 1), failure('forbidden', true), record)).toBe(false);
  });

  it('that is not of the KMS ends the run', () => {
    const places = { ...record, places: { [EU]: { versions: {} } } };
    expect(isFinal(new Error('storage'))).toBe(false);
    expect(failuresOfRun().goOn(step('import', 1), new Error('storage'), places)).toBe(false);
  });

  it('ends a removal, in which nothing is in use that has to be disabled', () => {
    expect(failuresOfRun().goOn(step('remove', 1), failure('forbidden'), { ...record, removing: true })).toBe(false);
  });
});

describe('where nothing has failed', () => {
  it('all of the plan is done', () => {
    const plan = [create(2), step('import', 2), step('set_current', 2), step('disable', 1)];
    const failures = failuresOfRun();
    expect(failures.any).toBe(false);
    expect(failures.errors()).toEqual([]);
    expect(failures.possible(plan, known({ 1: ready('x', true) }))).toEqual(plan);
  });
});

describe('after a refusal', () => {
  // The name points to version 2; version 4 is not made.
  const record = known(
    { 1: ready('v', true), 2: ready('w'), 3: created('x'), 4: creating('a'), 5: ready('y', false) },
    { current: 2 },
  );
  const disables = [1, 2, 3, 4, 5, 6].map((version) => step('disable', version));
  const plan = [create(4), step('import', 3), step('enable', 5), step('set_current', 4), ...disables];
  const possible = (failed: ReconcileStep, reason: ProviderErrorReason, on = record): readonly ReconcileStep[] =>
    after(on, [failed, reason]).possible(plan, on);

  it.each<[ReconcileStep, ProviderErrorReason]>([
    [step('import', 3), 'forbidden'],
    [step('set_current', 4), 'already_exists'],
    [step('enable', 5), 'pending_deletion'],
    // A creation is about no object that the KMS could not know yet.
    [create(4), 'not_found'],
    [create(4), 'invalid_state'],
  ])('nothing is done but disabling what holds material (%o, %s)', (failed, reason) => {
    expect(possible(failed, reason)).toEqual([1, 2, 5].map((version) => step('disable', version)));
  });

  it.each<ProviderErrorReason>(['not_found', 'invalid_state'])(
    'that a moment may mend (%s) the version that the name points to is left',
    (reason) => {
      expect(possible(step('import', 3), reason)).toEqual([1, 5].map((version) => step('disable', version)));
    },
  );

  it('that a moment may mend nothing is disabled while nobody knows where the name points', () => {
    expect(possible(step('import', 3), 'not_found', known(record.versions))).toEqual([]);
  });

  it('of another refusal beside one that a moment may mend, the version that the name points to is left', () => {
    const failures = after(record, [step('import', 3), 'not_found'], [step('set_current', 4), 'forbidden']);
    expect(failures.possible(plan, record)).toEqual([1, 5].map((version) => step('disable', version)));
  });

  it('of a disable all else is done', () => {
    expect(possible(step('disable', 1), 'forbidden')).toEqual(
      plan.filter((each) => each.action !== 'disable' || each.version !== 1),
    );
  });

  it('for nineteen versions the twentieth is tried, and after it none', () => {
    const many = known(Object.fromEntries(Array.from({ length: 30 }, (_, index) => [index + 1, ready('x', true)])));
    const all = Array.from({ length: 30 }, (_, index) => step('disable', index + 1));
    const refused = (count: number): Failures =>
      after(many, ...all.slice(0, count).map((each) => [each, 'forbidden'] as const));
    expect(refused(19).possible(all, many)).toEqual(all.slice(19));
    expect(refused(20).possible(all, many)).toEqual([]);
  });
});

describe('of several places', () => {
  const record = known(
    { 1: ready('x', true), 2: created('y'), 3: creating('a') },
    { places: { [EU]: { versions: { 1: ready('x', true), 2: created('y') } } } },
  );
  const home = [create(3), step('import', 2), step('set_current', 2)];
  const abroad = [step('import', 2, EU), step('disable', 1, EU)];

  it.each<ProviderErrorReason>(['throttled', 'unavailable', 'unauthenticated'])(
    'one that fails (%s) keeps no other from being reconciled',
    (reason) => {
      const failures = failuresOfRun();
      expect(failures.goOn(step('import', 2, EU), failure(reason), record)).toBe(true);
      expect(failures.any).toBe(true);
      expect(failures.possible([...home, ...abroad], record)).toEqual(home);
    },
  );

  it('one that refuses a step keeps none of the others from being reconciled', () => {
    const failures = after(record, [step('import', 2, EU), 'forbidden']);
    expect(failures.possible([...home, ...abroad], record)).toEqual([...home, step('disable', 1, EU)]);
  });

  it('as many that fail as there are refusals elsewhere do not make the whole plan possible', () => {
    const failures = after(record, [step('import', 2, EU), 'unavailable'], [create(3), 'forbidden']);
    expect(failures.any).toBe(true);
    expect(failures.possible([...home, ...abroad, step('disable', 1)], record)).toEqual([step('disable', 1)]);
  });

  it('a replica is made only of what holds material at the home place', () => {
    const failures = after(record, [step('import', 2), 'forbidden']);
    const replicas = [1, 2, 3, 4].map((version) => step('replicate', version, EU));
    expect(failures.possible(replicas, record)).toEqual([step('replicate', 1, EU)]);
  });

  it('nothing is done with a replica that is not made', () => {
    const failures = after(record, [create(3), 'forbidden']);
    const begun = { ...record, places: { [EU]: { versions: { 1: ready('x', true), 2: creating('b') } } } };
    const enables = [1, 2, 3].map((version) => step('enable', version, EU));
    expect(failures.possible(enables, begun)).toEqual([step('enable', 1, EU)]);
    const others: ReconcileStep[] = [
      { action: 'create', version: 3, place: EU, to: 'created' },
      { action: 'resolve_attempt', version: 2, place: EU },
      { action: 'remove_name', place: EU },
    ];
    expect(failures.possible(others, begun)).toEqual(others);
  });

  it('a removal goes on at the others, whatever the failure is', () => {
    const removing = { ...record, removing: true };
    const failures = failuresOfRun();
    expect(failures.goOn(step('remove', 1), failure('forbidden'), removing)).toBe(true);
    const removals = [step('remove', 1), step('remove', 1, EU)];
    expect(failures.possible(removals, removing)).toEqual([step('remove', 1, EU)]);
  });
});

describe('the report of a run that was not completed', () => {
  const record = known({ 1: ready('x', true) }, { places: { [EU]: { versions: {} } } });

  it('names the failed steps first, and each step once', () => {
    const failures = after(record, [step('import', 2), 'forbidden'], [step('enable', 1, EU), 'unavailable']);
    const left = [create(3), step('import', 2), step('import', 3), step('enable', 1, EU)];
    expect(failures.firstIn(left)).toEqual([step('import', 2), step('enable', 1, EU), create(3), step('import', 3)]);
  });

  it('names each failure, and the one of a step that failed twice once', () => {
    const failures = after(
      record,
      [step('import', 2), 'forbidden'],
      [step('import', 2), 'not_found'],
      [step('enable', 1, EU), 'unavailable'],
    );
    expect(failures.errors().map(({ reason }) => reason)).toEqual(['not_found', 'unavailable']);
  });
});
