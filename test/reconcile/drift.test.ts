import { describe, expect, it } from 'vitest';
import { homeName, nameVerdict, versionDrift } from '../../src/keymgmt/reconcile/drift.ts';
import type { Distribution, VersionRecord } from '../../src/keymgmt/records/distribution.ts';
import type { NameObservation, Seen, VersionObservation } from '../../src/providers/observation.ts';
import type { Desired } from '../../src/providers/planner.ts';
import { HOME } from '../../src/providers/step.ts';
import { created, creating, desired as wanted, known, ready } from '../support/records.ts';

const gone: Desired = { present: false };
type Answer = Seen['versions'][number];
const saw = (state: VersionObservation['state']): Answer => ({ of: 'version', version: 1, place: HOME, state });
const forbidden = { outcome: 'forbidden', why: 'not allowed', version: 1, place: HOME } as const;
const unreachable = { outcome: 'unreachable', why: 'no answer', version: 1, place: HOME } as const;
const seen = (...versions: readonly Answer[]): Seen => ({ versions, names: [], others: [] });
const name = (points: NameObservation['points']): NameObservation => ({ of: 'name', place: HOME, points });

describe('the verdict on a version', () => {
  it.each<[string, Desired, VersionRecord, Answer | undefined, object]>([
    ['is as desired', wanted(1), ready('x', true), saw('enabled'), { expected: 'enabled', verdict: 'in_sync' }],
    [
      'is disabled as desired',
      wanted(1, 2),
      ready('x', false),
      saw('disabled'),
      { expected: 'disabled', verdict: 'in_sync' },
    ],
    ['was disabled', wanted(1), ready('x', true), saw('disabled'), { observed: 'disabled', verdict: 'disabled' }],
    ['was enabled', wanted(1, 2), ready('x', false), saw('enabled'), { expected: 'disabled', verdict: 'enabled' }],
    ['lost its material', wanted(1), ready('x', true), saw('created'), { verdict: 'missing_material' }],
    ['will be deleted', wanted(1), ready('x', true), saw('pending_deletion'), { verdict: 'pending_deletion' }],
    ['was deleted', wanted(1), ready('x', true), saw('gone'), { verdict: 'deleted' }],
    [
      'is being deleted as desired',
      gone,
      ready('x', true),
      saw('pending_deletion'),
      { expected: 'deleted', verdict: 'in_sync' },
    ],
    ['is deleted as desired', gone, ready('x', true), saw('gone'), { expected: 'deleted', verdict: 'in_sync' }],
    ['should be deleted', gone, ready('x', true), saw('enabled'), { expected: 'deleted', verdict: 'enabled' }],
    ['was merely created', wanted(1), created('x'), saw('created'), { remoteId: 'x', verdict: 'missing_material' }],
    [
      'was never made',
      wanted(1),
      creating('a'),
      undefined,
      { remoteId: undefined, observed: undefined, verdict: 'missing' },
    ],
    [
      'may not be asked for',
      wanted(1),
      ready('x', true),
      forbidden,
      { remoteId: 'x', observed: undefined, verdict: 'forbidden', why: 'not allowed' },
    ],
    ['is out of reach', wanted(1), ready('x', true), unreachable, { verdict: 'unreachable', why: 'no answer' }],
  ])('that %s', (_title, desired, state, answer, verdict) => {
    const [drift, ...others] = versionDrift(
      desired,
      known({ 1: state }),
      seen(...(answer ? [answer] : [])),
      new Set([1]),
    );
    expect(others).toEqual([]);
    expect(drift).toMatchObject({ version: 1, ...verdict });
    expect('why' in (drift ?? {})).toBe(answer !== undefined && 'outcome' in answer);
  });

  it.each<[VersionObservation['state'], string]>([
    ['pending', 'pending'],
    ['removed', 'deleted'],
    ['unknown', 'deleted'],
  ])('names the state %s as the API does: %s', (state, observed) => {
    const [drift] = versionDrift(wanted(1), known({ 1: ready('x', true) }), seen(saw(state)), new Set([1]));
    expect(drift).toMatchObject({ observed, verdict: observed });
  });

  it('does not depend on what is said of another place', () => {
    const elsewhere = { ...saw('disabled'), place: 'eu-west-1' };
    const verdictOf = (...answers: readonly Answer[]): unknown =>
      versionDrift(wanted(1), known({ 1: ready('x', true) }), seen(...answers), new Set([1]))[0]?.verdict;
    expect(verdictOf(saw('enabled'), elsewhere)).toBe('in_sync');
    expect(verdictOf(elsewhere)).toBe('missing');
  });

  it('is in sync where the KMS cannot do what is desired', () => {
    const answer = seen(saw('enabled'));
    const verdictOf = (planned: readonly number[]): unknown =>
      versionDrift(wanted(1, 2), known({ 1: ready('x', true) }), answer, new Set(planned))[0]?.verdict;
    expect(verdictOf([1])).toBe('enabled');
    expect(verdictOf([])).toBe('in_sync');
  });

  it('is given for every version that is desired or known, in order', () => {
    const versions = { 11: ready('k', true), 2: ready('b', true) };
    const numbers = (desired: Desired): number[] =>
      versionDrift(desired, known(versions), seen(), new Set()).map(({ version }) => version);
    expect(numbers(wanted(3))).toEqual([1, 2, 3, 11]);
    expect(numbers(gone)).toEqual([2, 11]);
    const later: Desired = { ...wanted(1), enabled: new Map([10, 12, 3].map((version) => [version, true])) };
    expect(numbers(later)).toEqual([2, 3, 10, 11, 12]);
  });
});

describe('the verdict on the name', () => {
  const record = known({ 1: ready('x', true), 2: ready('y', true) });

  it.each<[string, Desired, Distribution, NameObservation | typeof forbidden | typeof unreachable, string]>([
    ['points to the latest version', wanted(2), record, name(2), 'in_sync'],
    ['points to an older one', wanted(2), record, name(1), 'alias_moved'],
    ['points to a replaced object', wanted(2), record, name('replaced'), 'alias_moved'],
    ['points to a stranger', wanted(2), record, name('stranger'), 'alias_moved'],
    ["is a stranger's once it was removed", gone, record, name('stranger'), 'in_sync'],
    ['is missing', wanted(2), record, name('nowhere'), 'alias_moved'],
    ['is deleted as desired', gone, record, name('nowhere'), 'in_sync'],
    ['should be deleted', gone, record, name(1), 'alias_moved'],
    ['waits for a version', wanted(1), known({ 1: creating('a') }), name('nowhere'), 'missing'],
    ['waits for its first version', wanted(1), known({}), name('nowhere'), 'missing'],
    ['may not be asked for', wanted(2), record, forbidden, 'forbidden'],
    ['is out of reach', gone, record, unreachable, 'unreachable'],
  ])('that %s', (_title, desired, distribution, points, verdict) => {
    expect(nameVerdict(desired, distribution, points, false)).toBe(verdict);
  });

  it('that points to an object of this mount that is not on record is ahead, whatever is desired', () => {
    expect(nameVerdict(wanted(2), record, name('stranger'), true)).toBe('ahead');
    expect(nameVerdict(gone, record, name('stranger'), true)).toBe('ahead');
    expect(nameVerdict(wanted(2), record, forbidden, true)).toBe('forbidden');
  });

  it('that a key does not have in this cloud is in sync', () => {
    expect(nameVerdict(wanted(2), record, undefined, false)).toBe('in_sync');
  });

  it('is about the name at the home place', () => {
    const abroad = { ...name(1), place: 'eu-west-1' };
    const seenNames = (...names: Seen['names']): Seen => ({ versions: [], names, others: [] });
    expect(homeName(seenNames(abroad, name(2)))).toEqual(name(2));
    expect(homeName(seenNames(abroad))).toBeUndefined();
  });
});
