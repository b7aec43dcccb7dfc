import { describe, expect, it } from 'vitest';
import type { RecordedPlace } from '../../src/providers/planner.ts';
import type { VersionState } from '../../src/providers/step.ts';
import { NEXT, versionSteps, type Yields } from '../../src/providers/version-steps.ts';
import { desired } from '../support/records.ts';

const PLACE = 'eu-west-1';
/** A KMS that works on an import for a while, and enables what it has imported. */
const YIELDS: Yields = {
  create: 'created',
  replicate: 'created',
  import: 'pending',
  await: 'enabled',
  enable: 'enabled',
  disable: 'disabled',
};

const recorded = (states: Readonly<Record<number, VersionState>>, current?: number): RecordedPlace => ({
  versions: new Map(Object.entries(states).map(([version, state]) => [Number(version), { id: version, state }])),
  current,
  nameRemoved: false,
});
/** The steps by action; actions without any are left out. */
const steps = (enabled: ReturnType<typeof desired>, place: RecordedPlace, next = NEXT): object =>
  Object.fromEntries(
    Object.entries(versionSteps(enabled, place, PLACE, YIELDS, next)).filter(([, of]) => of.length > 0),
  );
const to = (action: string, version: number, state: VersionState): object => ({
  action,
  version,
  place: PLACE,
  to: state,
});

describe('the steps of the versions at one place', () => {
  it('lead each version through every state on the way, whatever the KMS makes of an action', () => {
    expect(steps(desired(2, 2), recorded({}))).toEqual({
      create: [to('create', 1, 'created'), to('create', 2, 'created')],
      import: [to('import', 1, 'pending'), to('import', 2, 'pending')],
      await: [to('await', 1, 'enabled'), to('await', 2, 'enabled')],
      disable: [to('disable', 1, 'disabled')],
    });
  });

  it('begin where a version is', () => {
    const states = { 1: 'created', 2: 'pending', 3: 'enabled', 4: 'disabled', 5: 'switching' } as const;
    expect(steps(desired(5), recorded(states))).toEqual({
      import: [to('import', 1, 'pending')],
      await: [to('await', 1, 'enabled'), to('await', 2, 'enabled')],
      enable: [to('enable', 4, 'enabled'), to('enable', 5, 'enabled')],
    });
  });

  it('replicate where the table of a cloud says so', () => {
    const replica: typeof NEXT = { ...NEXT, absent: { enabled: 'replicate', disabled: undefined } };
    expect(steps(desired(2, 2), recorded({ 1: 'disabled' }), replica)).toEqual({
      replicate: [to('replicate', 2, 'created')],
      import: [to('import', 2, 'pending')],
      await: [to('await', 2, 'enabled')],
    });
    expect(steps(desired(2, 2), recorded({ 2: 'enabled' }), replica)).toEqual({});
  });

  describe('where the name points elsewhere', () => {
    it('disable at once what is in use, or may be, and nothing else', () => {
      const states = { 1: 'enabled', 2: 'switching', 3: 'pending', 4: 'enabled' } as const;
      expect(steps(desired(4, 5), recorded(states, 4))).toEqual({
        urgent: [
          { ...to('disable', 1, 'disabled'), urgent: true },
          { ...to('disable', 2, 'disabled'), urgent: true },
        ],
        await: [to('await', 3, 'enabled'), to('disable', 3, 'disabled')],
        disable: [to('disable', 4, 'disabled')],
      });
    });

    it('disable right after it is enabled what has to be filled first', () => {
      expect(steps(desired(3, 3), recorded({ 2: 'created', 3: 'enabled' }, 3))).toEqual({
        create: [to('create', 1, 'created')],
        import: [to('import', 1, 'pending'), to('import', 2, 'pending')],
        await: [1, 2].flatMap((version) => [to('await', version, 'enabled'), to('disable', version, 'disabled')]),
      });
    });

    it('enable nothing at once, though it may be in use', () => {
      expect(steps(desired(2), recorded({ 1: 'switching', 2: 'enabled' }, 2))).toEqual({
        enable: [to('enable', 1, 'enabled')],
      });
    });
  });

  it('disable nothing at once while nobody knows where the name points', () => {
    expect(steps(desired(2, 2), recorded({ 1: 'enabled', 2: 'enabled' }))).toEqual({
      disable: [to('disable', 1, 'disabled')],
    });
  });

  it('of a table that leads nowhere are refused by name', () => {
    const endless: Yields = { ...YIELDS, await: 'pending' };
    expect(() => versionSteps(desired(1), recorded({ 1: 'pending' }), PLACE, endless)).toThrow(
      'the plan of version 1 does not end: await leads from pending to pending',
    );
  });
});
