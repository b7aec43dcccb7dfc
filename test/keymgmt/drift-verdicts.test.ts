import { describe, expect, it } from 'vitest';
import type { Desired } from '../../src/keymgmt/reconcile/desired.ts';
import type { Distribution, RemoteVersion } from '../../src/keymgmt/records/distribution.ts';
import { correctedRecord, nameVerdict, versionDrift } from '../../src/keymgmt/reconcile/drift.ts';
import type { Observation } from '../../src/keymgmt/reconcile/observe.ts';
import type { VersionObservation } from '../../src/providers/port.ts';
import { created, creating, known, ready, wish } from '../support/records.ts';

const gone: Desired = { present: false };
const saw = (state: Extract<VersionObservation, { outcome: 'seen' }>['state']): VersionObservation => ({
  outcome: 'seen',
  state,
});
const forbidden = { outcome: 'forbidden', why: 'not allowed' } as const;
const unreachable = { outcome: 'unreachable', why: 'no answer' } as const;
const seen = (
  versions: Readonly<Record<number, VersionObservation>>,
  name: Observation['name'] = { outcome: 'seen', remoteId: undefined },
): Observation => ({
  versions: new Map(Object.entries(versions).map(([version, answer]) => [Number(version), answer])),
  name,
});

describe('the verdict on a version', () => {
  it.each<[string, Desired, RemoteVersion, VersionObservation | undefined, object]>([
    ['is as wished', wish(1), ready('x', true), saw('enabled'), { expected: 'enabled', verdict: 'in_sync' }],
    [
      'is disabled as wished',
      wish(1, 2),
      ready('x', false),
      saw('disabled'),
      { expected: 'disabled', verdict: 'in_sync' },
    ],
    ['was disabled', wish(1), ready('x', true), saw('disabled'), { observed: 'disabled', verdict: 'disabled' }],
    ['was enabled', wish(1, 2), ready('x', false), saw('enabled'), { expected: 'disabled', verdict: 'enabled' }],
    ['lost its material', wish(1), ready('x', true), saw('missing_material'), { verdict: 'missing_material' }],
    ['will be deleted', wish(1), ready('x', true), saw('pending_deletion'), { verdict: 'pending_deletion' }],
    ['was deleted', wish(1), ready('x', true), saw('deleted'), { verdict: 'deleted' }],
    ['goes as wished', gone, ready('x', true), saw('pending_deletion'), { expected: 'deleted', verdict: 'in_sync' }],
    ['has gone as wished', gone, ready('x', true), saw('deleted'), { expected: 'deleted', verdict: 'in_sync' }],
    ['should have gone', gone, ready('x', true), saw('enabled'), { expected: 'deleted', verdict: 'enabled' }],
    [
      'was merely created',
      wish(1),
      created('x'),
      saw('missing_material'),
      { remoteId: 'x', verdict: 'missing_material' },
    ],
    [
      'was never made',
      wish(1),
      creating('a'),
      undefined,
      { remoteId: undefined, observed: undefined, verdict: 'missing' },
    ],
    [
      'may not be asked for',
      wish(1),
      ready('x', true),
      forbidden,
      { remoteId: 'x', observed: undefined, verdict: 'forbidden', why: 'not allowed' },
    ],
    ['is out of reach', wish(1), ready('x', true), unreachable, { verdict: 'unreachable', why: 'no answer' }],
  ])('that %s', (_title, desired, state, answer, verdict) => {
    const [drift, ...others] = versionDrift(desired, known({ 1: state }), seen(answer ? { 1: answer } : {}));
    expect(others).toEqual([]);
    expect(drift).toMatchObject({ version: 1, ...verdict });
    expect('why' in (drift ?? {})).toBe(answer !== undefined && answer.outcome !== 'seen');
  });

  it('is given for every version that is wished or known, in order', () => {
    const versions = { 11: ready('k', true), 2: ready('b', true) };
    const numbers = (desired: Desired): number[] =>
      versionDrift(desired, known(versions), seen({})).map(({ version }) => version);
    expect(numbers(wish(3))).toEqual([1, 2, 3, 11]);
    expect(numbers(gone)).toEqual([2, 11]);
  });
});

describe('the verdict on the name', () => {
  const record = known({ 1: ready('x', true), 2: ready('y', true) });

  it.each<[string, Desired, Distribution, Observation['name'], string]>([
    ['points to the latest version', wish(2), record, { outcome: 'seen', remoteId: 'y' }, 'in_sync'],
    ['points to an older one', wish(2), record, { outcome: 'seen', remoteId: 'x' }, 'alias_moved'],
    ['is missing', wish(2), record, { outcome: 'seen', remoteId: undefined }, 'alias_moved'],
    ['has gone as wished', gone, record, { outcome: 'seen', remoteId: undefined }, 'in_sync'],
    ['should have gone', gone, record, { outcome: 'seen', remoteId: 'x' }, 'alias_moved'],
    ['waits for a version', wish(1), known({ 1: creating('a') }), { outcome: 'seen', remoteId: undefined }, 'missing'],
    ['waits for its first version', wish(1), known({}), { outcome: 'seen', remoteId: undefined }, 'missing'],
    ['may not be asked for', wish(2), record, forbidden, 'forbidden'],
    ['is out of reach', gone, record, unreachable, 'unreachable'],
  ])('that %s', (_title, desired, distribution, name, verdict) => {
    expect(nameVerdict(desired, distribution, seen({}, name), false)).toBe(verdict);
  });
});

describe('the record corrected by what was seen', () => {
  it.each<[string, RemoteVersion, VersionObservation, RemoteVersion | undefined]>([
    ['takes over that it is enabled', ready('x', false), saw('enabled'), ready('x', true)],
    ['takes over that it is disabled', ready('x', true), saw('disabled'), ready('x', false)],
    ['takes over an import that nobody recorded', created('x'), saw('enabled'), ready('x', true)],
    ['imports again what lost its material', ready('x', true), saw('missing_material'), created('x')],
    ['drops what will be deleted', ready('x', true), saw('pending_deletion'), undefined],
    ['drops what was deleted', ready('x', true), saw('deleted'), undefined],
    ['doubts what it may not see', ready('x', true), forbidden, ready('x')],
    ['leaves what was merely created', created('x'), forbidden, created('x')],
    ['leaves what may not have been made', creating('a'), saw('enabled'), creating('a')],
  ])('%s', (_title, before, answer, after) => {
    const corrected = correctedRecord(known({ 1: before }), seen({ 1: answer }));
    expect(corrected.versions).toEqual(after === undefined ? {} : { 1: after });
    expect(corrected.retired).toEqual(after === undefined ? ['x'] : undefined);
  });

  it('knows nothing of a version that it does not hold', () => {
    expect(correctedRecord(known({}), seen({ 1: saw('enabled') })).versions).toEqual({});
  });

  it('keeps what was retired before', () => {
    const corrected = correctedRecord(known({ 1: ready('x', true) }, { retired: ['w'] }), seen({ 1: saw('deleted') }));
    expect(corrected.retired).toEqual(['w', 'x']);
  });

  it.each<[string, Observation['name'], number | undefined]>([
    ['to one of the versions', { outcome: 'seen', remoteId: 'y' }, 2],
    ['to a stranger', { outcome: 'seen', remoteId: 'z' }, undefined],
    ['nowhere', { outcome: 'seen', remoteId: undefined }, undefined],
    ['out of sight', forbidden, undefined],
  ])('believes a name that points %s', (_title, name, current) => {
    const record = known({ 1: ready('x', true), 2: ready('y', true), 3: creating('a') }, { current: 1 });
    expect(correctedRecord(record, seen({}, name)).current).toBe(current);
  });
});
