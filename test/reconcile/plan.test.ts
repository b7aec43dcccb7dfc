import { describe, expect, it } from 'vitest';
import {
  desiredState,
  remainingSteps,
  remainingStepsOf,
  usableWrappingKey,
} from '../../src/keymgmt/reconcile/plan-input.ts';
import type { Distribution } from '../../src/keymgmt/records/distribution.ts';
import type { Key } from '../../src/keymgmt/records/key.ts';
import type { Kms } from '../../src/keymgmt/records/kms.ts';
import { planAws } from '../../src/providers/aws/plan.ts';
import { gcpDriver } from '../../src/providers/gcp/driver.ts';
import { HOME } from '../../src/providers/step.ts';
import { created, creating, keyWith, known, ready } from '../support/records.ts';

const words = (key: Key, distribution: Distribution, isLost?: (version: number) => boolean): string[] =>
  remainingSteps({ plan: planAws, key, keyName: 'k', distribution, ...(isLost && { isLost }) }).map(
    ({ action, ...step }) => [action, 'version' in step ? step.version : 'id' in step ? step.id : ''].join(' ').trim(),
  );

describe('the steps that are left on AWS', () => {
  it.each<[string, Key, Distribution, string[]]>([
    [
      'are none where the record matches the desired state',
      keyWith(1),
      known({ 1: ready('x', true) }, { current: 1 }),
      [],
    ],
    [
      'creates all versions of a new distribution',
      keyWith(2),
      known({}),
      ['create 1', 'create 2', 'import 1', 'import 2', 'set_current 2'],
    ],
    ['imports into what is merely created', keyWith(1), known({ 1: created('x') }), ['import 1', 'set_current 1']],
    [
      'looks for a lost attempt before anything else',
      keyWith(2),
      known({ 1: ready('x', true), 2: creating('lost') }, { current: 1 }),
      ['resolve_attempt 2', 'create 2', 'import 2', 'set_current 2'],
    ],
    [
      'moves the name after a rotation, when the new version is there',
      keyWith(2),
      known({ 1: ready('x', true), 2: created('y') }, { current: 1 }),
      ['import 2', 'set_current 2'],
    ],
    [
      'disables the version that the name points to only after the name has moved',
      keyWith(2, 2),
      known({ 1: ready('x', true), 2: created('y') }, { current: 1 }),
      ['import 2', 'set_current 2', 'disable 1'],
    ],
    [
      'disables what the name does not point to before anything else',
      keyWith(4, 4),
      known({ 1: ready('w', true), 2: ready('x', true), 3: created('y'), 4: creating('lost') }, { current: 2 }),
      ['disable 1', 'resolve_attempt 4', 'create 4', 'import 3', 'disable 3', 'import 4', 'set_current 4', 'disable 2'],
    ],
    [
      'disables nothing early while nobody knows where the name points',
      keyWith(2, 2),
      known({ 1: ready('x', true), 2: ready('y', true) }),
      ['set_current 2', 'disable 1'],
    ],
    [
      'moves the name only to a version that is enabled',
      keyWith(2),
      known({ 1: ready('x', true), 2: ready('y', false) }, { current: 1 }),
      ['enable 2', 'set_current 2'],
    ],
    [
      'enables versions again',
      keyWith(2, 1),
      known({ 1: ready('x', false), 2: ready('y', true) }, { current: 2 }),
      ['enable 1'],
    ],
    [
      'repeats an enable or disable whose outcome is not known',
      keyWith(2, 2),
      known({ 1: ready('x'), 2: ready('y') }, { current: 2 }),
      ['disable 1', 'enable 2'],
    ],
    [
      'removes the name first, then all versions',
      keyWith(2),
      known({ 1: ready('x', false), 2: created('y') }, { current: 2, removing: true }),
      ['remove_name', 'remove 1', 'remove 2'],
    ],
    [
      'removes a name that no answer confirmed',
      keyWith(2),
      known({ 1: ready('x', true) }, { removing: true }),
      ['remove_name', 'remove 1'],
    ],
    [
      'does not remove the name twice',
      keyWith(2),
      known({ 2: ready('y', true) }, { removing: true, name_removed: true }),
      ['remove 2'],
    ],
    [
      'looks for a lost attempt before it removes',
      keyWith(2),
      known({ 1: ready('x', true), 2: creating('lost') }, { removing: true }),
      ['resolve_attempt 2', 'remove_name', 'remove 1'],
    ],
    [
      'takes the name from an object that was replaced, though nothing was made in its place',
      keyWith(2),
      known({}, { removing: true, replaced: ['x'] }),
      ['remove_name', 'remove_replaced x'],
    ],
    ['removes nothing when nothing was made', keyWith(2), known({}, { removing: true }), []],
  ])('%s', (_title, key, distribution, expected) => {
    expect(words(key, distribution)).toEqual(expected);
  });

  it('do not look for an attempt that was never begun', () => {
    const record = known({ 1: ready('x', true), 2: creating('announced') }, { current: 1 });
    expect(words(keyWith(2), record, () => false)).toEqual(['create 2', 'import 2', 'set_current 2']);
  });
});

describe('the desired state', () => {
  it('is every version of the key, enabled from the minimum on, at the home place', () => {
    expect(desiredState(keyWith(3, 2), { removing: false })).toEqual({
      present: true,
      enabled: new Map([
        [1, false],
        [2, true],
        [3, true],
      ]),
      current: 3,
      places: [HOME],
    });
  });

  it('is at the Regions of the replicas too', () => {
    const key = { ...keyWith(1), replica_regions: ['eu-west-1', 'us-east-1'] };
    expect(desiredState(key, { removing: false })).toMatchObject({ places: [HOME, 'eu-west-1', 'us-east-1'] });
  });

  it('is nothing while the key is removed', () => {
    expect(desiredState(keyWith(1), { removing: true })).toEqual({ present: false });
  });
});

describe('a wrapping key', () => {
  const MINUTE = 60_000;
  const UNTIL = '2026-01-01T12:00:00Z';
  const usable = (wrapping_key: Kms['wrapping_key'], now = 0): string | undefined =>
    usableWrappingKey({ schema: 1, provider: 'gcpckms', key_collection: 'c', credentials: {}, wrapping_key }, now);

  it('is usable once it was made', () => {
    expect(usable(undefined)).toBeUndefined();
    expect(usable({ name: 'w', ready: false })).toBeUndefined();
    expect(usable({ name: 'w', ready: true })).toBe('w');
  });

  it('is usable while more than ten minutes are left, in which an import must end', () => {
    const key = { name: 'w', ready: true, until: UNTIL };
    expect(usable(key, Date.parse(UNTIL) - 10 * MINUTE - 1)).toBe('w');
    expect(usable(key, Date.parse(UNTIL) - 10 * MINUTE)).toBeUndefined();
    expect(usable(key, Date.parse(UNTIL) + MINUTE)).toBeUndefined();
    expect(usable({ ...key, ready: false }, 0)).toBeUndefined();
  });

  it.each([
    ['is made where the KMS has none', undefined, true],
    ['is not made again where the KMS has one', { name: 'w', ready: true, until: UNTIL }, false],
    [
      'is made anew where the one on record expires soon',
      { name: 'w', ready: true, until: '1970-01-01T00:05:00Z' },
      true,
    ],
  ])('%s', (_title, wrapping_key, isMade) => {
    const kms: Kms = { schema: 1, provider: 'gcpckms', key_collection: 'c', credentials: {}, wrapping_key };
    const clock = { now: () => 0, monotonic: () => 0 };
    const retry = { clock, random: () => 0, wait: async () => undefined };
    const drivers = { gcpckms: gcpDriver({ env: {}, retry }) };
    const steps = remainingStepsOf({ drivers, clock }, 'k', { key: keyWith(1), kms, distribution: known({}) });
    expect(steps.map(({ action }) => action).includes('create_wrapping_key')).toBe(isMade);
  });
});
