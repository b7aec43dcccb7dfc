import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Desired } from '../../src/keymgmt/reconcile/desired.ts';
import type { Distribution } from '../../src/keymgmt/records/distribution.ts';
import { firstStep, planDistribution } from '../../src/keymgmt/reconcile/plan.ts';
import { withSwitching } from '../../src/keymgmt/reconcile/transitions.ts';
import { created, creating, known, ready, wish } from '../support/records.ts';

const words = (desired: Desired, distribution: Distribution): string[] =>
  planDistribution(desired, distribution).map((step) => Object.values(step).join(' '));

describe('planDistribution', () => {
  it.each<[string, Desired, Distribution, string[]]>([
    ['plans nothing when all is as wished', wish(1), known({ 1: ready('x', true) }, { current: 1 }), []],
    [
      'creates all versions of a new distribution',
      wish(2),
      known({}),
      ['create 1', 'create 2', 'import 1', 'import 2', 'set_current 2'],
    ],
    ['imports into what is merely created', wish(1), known({ 1: created('x') }), ['import 1', 'set_current 1']],
    [
      'looks for a lost attempt before anything else',
      wish(2),
      known({ 1: ready('x', true), 2: creating('lost') }, { current: 1 }),
      ['find 2', 'create 2', 'import 2', 'set_current 2'],
    ],
    [
      'moves the name after a rotation, when the new version is there',
      wish(2),
      known({ 1: ready('x', true), 2: created('y') }, { current: 1 }),
      ['import 2', 'set_current 2'],
    ],
    [
      'disables the version that the name points to only after the name has moved',
      wish(2, 2),
      known({ 1: ready('x', true), 2: created('y') }, { current: 1 }),
      ['import 2', 'set_current 2', 'disable 1'],
    ],
    [
      'disables what the name does not point to before anything else',
      wish(4, 4),
      known({ 1: ready('w', true), 2: ready('x', true), 3: created('y'), 4: creating('lost') }, { current: 2 }),
      ['disable 1', 'find 4', 'create 4', 'import 3', 'import 4', 'set_current 4', 'disable 2', 'disable 3'],
    ],
    [
      'disables nothing early while nobody knows where the name points',
      wish(2, 2),
      known({ 1: ready('x', true), 2: ready('y', true) }),
      ['set_current 2', 'disable 1'],
    ],
    [
      'moves the name only to a version that is enabled',
      wish(2),
      known({ 1: ready('x', true), 2: ready('y', false) }, { current: 1 }),
      ['enable 2', 'set_current 2'],
    ],
    [
      'enables versions again',
      wish(2, 1),
      known({ 1: ready('x', false), 2: ready('y', true) }, { current: 2 }),
      ['enable 1'],
    ],
    [
      'repeats an enable or disable whose outcome is not known',
      wish(2, 2),
      known({ 1: ready('x'), 2: ready('y') }, { current: 2 }),
      ['disable 1', 'enable 2'],
    ],
    [
      'removes the name first, then all versions',
      { present: false },
      known({ 1: ready('x', false), 2: created('y') }, { current: 2, removing: true }),
      ['remove_name', 'remove 1', 'remove 2'],
    ],
    [
      'removes a name that no answer confirmed',
      { present: false },
      known({ 1: ready('x', true) }, { removing: true }),
      ['remove_name', 'remove 1'],
    ],
    [
      'does not remove the name twice',
      { present: false },
      known({ 2: ready('y', true) }, { removing: true, name_removed: true }),
      ['remove 2'],
    ],
    [
      'looks for a lost attempt before it removes',
      { present: false },
      known({ 1: ready('x', true), 2: creating('lost') }, { removing: true }),
      ['find 2', 'remove_name', 'remove 1'],
    ],
    [
      'takes the name from an object that was replaced, though nothing was made in its place',
      { present: false },
      known({}, { removing: true, retired: ['x'] }),
      ['remove_name', 'remove_replaced x'],
    ],
    ['removes nothing when nothing was made', { present: false }, known({}, { removing: true }), []],
  ])('%s', (_title, desired, distribution, expected) => {
    expect(words(desired, distribution)).toEqual(expected);
  });
});

describe('firstStep', () => {
  const versionNumber = fc.integer({ min: 1, max: 4 });
  const states = fc.dictionary(
    versionNumber.map(String),
    fc.constantFrom(creating('a'), created('x'), ready('x'), ready('x', true), ready('x', false)),
  );
  const rest = fc.record(
    {
      current: versionNumber,
      reached: versionNumber,
      name_removed: fc.boolean(),
      retired: fc.constantFrom<string[]>([], ['r'], ['r', 's']),
    },
    { requiredKeys: [] },
  );
  const desired = fc.oneof(
    fc.constant<Desired>({ present: false }),
    fc.tuple(versionNumber, versionNumber).map(([count, minimum]) => wish(count, minimum)),
  );

  it('is the first of the plan, but for looking for attempts that were never begun', () => {
    fc.assert(
      fc.property(desired, states, rest, fc.subarray([1, 2, 3, 4]), (wished, versions, others, announced) => {
        const record = known(versions, others);
        const isLost = (version: number): boolean => !announced.includes(version);
        const plan = planDistribution(wished, record);
        const [first] = plan.filter((step) => step.action !== 'find' || isLost(step.version));
        expect(firstStep(wished, record, isLost)).toEqual(first);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('withSwitching', () => {
  it('forgets what an interrupted disable may have changed, so that the opposite wish is carried out', () => {
    const interrupted = known({ 1: ready('x', true), 2: ready('y', true) }, { current: 2 });
    const doubted = withSwitching(wish(2, 2), interrupted);
    expect(words(wish(2, 1), interrupted)).toEqual([]);
    expect(words(wish(2, 1), doubted)).toEqual(['enable 1']);
  });

  it('leaves a settled record as it is', () => {
    const settled = known({ 1: ready('x', true) }, { current: 1 });
    expect(withSwitching(wish(1), settled)).toBe(settled);
  });
});
