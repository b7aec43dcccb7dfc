import { describe, expect, it } from 'vitest';
import { withSwitching } from '../../src/keymgmt/operations/update-key.ts';
import { knownFrom } from '../../src/keymgmt/reconcile/drift.ts';
import { remainingSteps } from '../../src/keymgmt/reconcile/plan-input.ts';
import { withAllKnown, withKnown } from '../../src/keymgmt/reconcile/transitions.ts';
import type { Distribution, ExistingVersion, VersionRecord } from '../../src/keymgmt/records/distribution.ts';
import { planAws } from '../../src/providers/aws/plan.ts';
import type { NameObservation, Unseen, VersionObservation } from '../../src/providers/observation.ts';
import { HOME } from '../../src/providers/step.ts';
import { created, creating, keyWith, known, ready } from '../support/records.ts';

type State = VersionObservation['state'];
const version = (state: State, id?: string): VersionObservation => ({
  of: 'version',
  version: 1,
  place: HOME,
  state,
  ...(id === undefined ? {} : { id }),
});
const name = (points: NameObservation['points']): NameObservation => ({ of: 'name', place: HOME, points });

const made = (id: string): ExistingVersion => ({ state: 'created', attempt: `a-${id}`, remote_id: id });

describe('a version after an observation', () => {
  it.each<[string, VersionRecord, VersionObservation, VersionRecord | undefined]>([
    ['is created', creating('a-x'), version('created', 'x'), { ...made('x'), since: '2026-01-01T00:00:00.000Z' }],
    ['is pending', created('x'), version('pending'), { ...made('x'), state: 'pending' }],
    ['is enabled by an import', created('x'), version('enabled'), ready('x', true)],
    ['is enabled', ready('x', false), version('enabled'), ready('x', true)],
    ['is disabled', ready('x'), version('disabled'), ready('x', false)],
    ['has lost its material', ready('x', true), version('created'), created('x')],
    ['is removed', ready('x', true), version('removed'), undefined],
    ['stays as it is where the KMS does not know it', ready('x', true), version('unknown'), ready('x', true)],
    ['stays an attempt where an answer names no id', creating('a'), version('enabled'), creating('a')],
  ])('%s', (_title, before, observed, after) => {
    const others = { 2: ready('y', true) };
    const record = withKnown(known({ 1: before, ...others }, { current: 2 }), observed);
    expect(record).toEqual(known(after === undefined ? others : { 1: after, ...others }, { current: 2 }));
  });

  it.each<State>(['gone', 'pending_deletion'])('that is %s is replaced', (state) => {
    const record = withKnown(known({ 1: ready('x', true) }, { replaced: ['w'] }), version(state));
    expect(record).toEqual(known({}, { replaced: ['w', 'x'] }));
  });

  it.each<State>(['gone', 'pending_deletion'])('that is %s stays an attempt where it was not made', (state) => {
    const record = known({ 1: creating('a') });
    expect(withKnown(record, version(state))).toBe(record);
  });

  it('leaves the record without an entry when it is removed', () => {
    expect(Object.keys(withKnown(known({ 1: ready('x', true) }), version('removed')).versions)).toEqual([]);
  });

  it('keeps the receipts of its creation and its import, until another object takes its place', () => {
    const receipt = { create_request_id: 'r', imported: { time: 't', request_id: 's', material_id: 'm' } };
    const noted = withKnown(known({ 1: created('x') }), { of: 'receipt', version: 1, place: HOME, receipt });
    expect(noted.versions[1]).toEqual({ ...created('x'), ...receipt });
    expect(withKnown(noted, version('disabled')).versions[1]).toEqual({ ...ready('x', false), ...receipt });
    expect(withKnown(noted, version('enabled', 'y')).versions[1]).toEqual({ ...ready('y', true), attempt: 'a-x' });
    expect(withKnown(withKnown(noted, version('gone')), version('enabled', 'y')).versions).toEqual({});
  });

  it.each([{ 1: creating('a') }, {}])('takes no receipt where it was not made', (versions) => {
    const record = known(versions);
    const receipt = { create_request_id: 'r' };
    expect(withKnown(record, { of: 'receipt', version: 1, place: HOME, receipt })).toBe(record);
  });

  it('has no time of creation where the record has none', () => {
    const record = withKnown(known({ 1: ready('x', true) }, { current: 1 }), version('enabled', 'y'));
    expect(Object.keys(record.versions[1] ?? {}).sort()).toEqual(['attempt', 'remote_id', 'state']);
  });

  it('is not known where it is on record neither made nor begun', () => {
    expect(withKnown(known({}), version('enabled'))).toEqual(known({}));
    expect(withKnown(known({}), version('enabled', 'x')).versions).toEqual({});
    expect(withKnown(known({}), version('gone', 'x'))).toEqual(known({}));
  });

  it('at another place belongs to the attempt of the home place', () => {
    const record = known({ 1: ready('x', true) });
    const replica = withKnown(record, { of: 'version', version: 1, place: 'eu', id: 'x', state: 'created' });
    expect(replica.places).toEqual({ eu: { versions: { 1: created('x') } } });
    const imported = withKnown(replica, { of: 'version', version: 1, place: 'eu', state: 'enabled' });
    expect(imported.places).toEqual({ eu: { versions: { 1: ready('x', true) } } });
    expect(imported.versions).toEqual(record.versions);
    const gone = withKnown(imported, { of: 'version', version: 1, place: 'eu', state: 'gone' });
    expect(gone).toEqual({ ...record, replaced: ['x'], places: { eu: { versions: {} } } });
    const twice = withKnown(gone, { of: 'version', version: 1, place: HOME, state: 'gone' });
    expect(twice.replaced).toEqual(['x']);
  });

  it('at a place of which nothing is on record can be removed all the same', () => {
    const record = known({ 1: ready('x', true) }, { current: 1 });
    const removed = withKnown(record, { of: 'version', version: 1, place: 'eu', state: 'removed' });
    expect(removed).toEqual({ ...record, places: { eu: { versions: {} } } });
  });
});

describe('a version that another object takes the place of', () => {
  const record = known({ 1: ready('x', true) }, { current: 1 });

  it('has the former one among those that were replaced, and no name yet', () => {
    const replaced = withKnown(record, version('enabled', 'y'));
    expect(replaced).toEqual(known({ 1: { ...ready('y', true), attempt: 'a-x' } }, { replaced: ['x'] }));
  });

  it('has no name any more once it is gone', () => {
    expect(withKnown(record, version('gone')).current).toBeUndefined();
    expect(withKnown(record, version('removed')).current).toBeUndefined();
  });
});

describe('an attempt', () => {
  it('is on record from its beginning to its end', () => {
    const begun = withKnown(known({}), { of: 'attempt', version: 1, attempt: 'a', since: '2026-01-01T00:00:00.000Z' });
    expect(begun.versions).toEqual({ 1: creating('a') });
    expect(withKnown(begun, { of: 'no_attempt', version: 1 }).versions).toEqual({});
  });
});

describe('the name after an observation', () => {
  const record = known({ 1: ready('x', true), 2: ready('y', true), 3: creating('a') }, { current: 1 });

  it.each<[NameObservation['points'], number | undefined]>([
    [2, 2],
    // It points to what is not on record as made.
    [3, undefined],
    [4, undefined],
    ['replaced', undefined],
    ['stranger', undefined],
    ['nowhere', undefined],
    ['removed', undefined],
  ])('that points to %s', (points, current) => {
    expect(withKnown(record, name(points)).current).toBe(current);
  });

  it('is ours once it was set, and stays so when it is removed', () => {
    const named = withKnown(record, name(1));
    expect(named).toMatchObject({ current: 1, highest_published: 1 });
    const unnamed = withKnown(named, name('removed'));
    expect(unnamed).toMatchObject({ highest_published: 1, name_removed: true });
    expect(unnamed.current).toBeUndefined();
    expect(withKnown(named, name('nowhere')).name_removed).toBeUndefined();
  });

  it.each(['stranger', 'nowhere', 'replaced'] as const)('changes nothing where it is not known: %s', (points) => {
    const record = known({ 1: ready('x', true) });
    expect(withKnown(record, { of: 'name', place: HOME, points })).toBe(record);
    expect(withKnown(record, { of: 'unknown_name', place: HOME })).toBe(record);
  });

  it('keeps the highest version that it was ever set to', () => {
    const published = withKnown(record, name(2));
    expect(withKnown(published, name(1))).toMatchObject({ current: 1, highest_published: 2 });
  });

  it('at another place is on record there, and says nothing of the home place', () => {
    const abroad = known(record.versions, {
      current: 2,
      highest_published: 2,
      places: { eu: { versions: { 1: ready('x', true) } } },
    });
    const named = withKnown(abroad, { of: 'name', place: 'eu', points: 1 });
    expect(named).toEqual({ ...abroad, places: { eu: { versions: { 1: ready('x', true) }, current: 1 } } });
    expect(withKnown(named, { of: 'name', place: 'eu', points: 3 })).toEqual(abroad);
  });

  it('at a place of which nothing is on record points to no version, and can be removed', () => {
    expect(withKnown(record, { of: 'name', place: 'eu', points: 1 }).places).toEqual({ eu: { versions: {} } });
    expect(withKnown(record, { of: 'name', place: 'eu', points: 'removed' }).places).toEqual({
      eu: { versions: {}, name_removed: true },
    });
  });

  it('can be chosen anew', () => {
    const renamed = withKnown(withKnown(record, name(2)), { of: 'new_name', name: 'k-2' });
    expect(renamed).toEqual({ ...known(record.versions), name: 'k-2' });
  });
});

describe('everything else that can be known', () => {
  it('a replaced object that was removed is not on record any more', () => {
    const record = known({}, { replaced: ['x', 'y'] });
    expect(withKnown(record, { of: 'replaced', id: 'x', state: 'removed' }).replaced).toEqual(['y']);
    expect(withKnown(known({}), { of: 'replaced', id: 'x', state: 'removed' }).replaced).toEqual([]);
  });

  it('a container that is gone takes all versions with it, and the name may still point there', () => {
    const record = known({ 1: ready('x', true) }, { container: 'c', current: 1, highest_published: 1 });
    const gone = withKnown(record, { of: 'container', id: 'c', state: 'gone' });
    expect(gone).toEqual(known({}, { highest_published: 1, replaced: ['c'] }));
    expect(withKnown(record, { of: 'container', id: 'c', state: 'removed' })).toEqual(
      known({}, { highest_published: 1 }),
    );
    expect(withKnown(known({}), { of: 'container', id: 'c', state: 'made' })).toEqual(known({}, { container: 'c' }));
  });

  it('a container takes what is at other places with it', () => {
    const record = known(
      { 1: ready('x', true) },
      { container: 'c', places: { eu: { versions: { 1: ready('x', true) } } } },
    );
    expect(withKnown(record, { of: 'container', id: 'c', state: 'removed' })).toEqual(known({}));
  });

  it('a wrapping key is on record with the KMS, not here', () => {
    const record = known({ 1: ready('x', true) });
    expect(withKnown(record, { of: 'wrapping_key', name: 'w', state: 'gone' })).toBe(record);
  });

  it('the account and the endpoint of the objects', () => {
    const account = withKnown(known({}), { of: 'account', account: '111122223333' });
    expect(withKnown(account, { of: 'endpoint', endpoint: 'aws' })).toEqual(
      known({}, { account: '111122223333', endpoint: 'aws' }),
    );
  });
});

describe('what a KMS says when it is asked', () => {
  const forbidden: Unseen = { outcome: 'forbidden', why: 'not allowed' };

  it.each<[string, VersionRecord, VersionRecord]>([
    ['is not known to be enabled any more', ready('x', true), ready('x')],
    ['is not known to be disabled any more', ready('x', false), ready('x')],
    ['stays unknown', ready('x'), ready('x')],
    ['stays without material', created('x'), created('x')],
    ['stays an attempt', creating('a'), creating('a')],
  ])('of a version that may not be seen: it %s', (_title, before, after) => {
    const unseen = { ...forbidden, version: 1, place: HOME };
    const seen = knownFrom({ versions: [unseen], names: [], others: [] });
    expect(withAllKnown(known({ 1: before }), seen)).toEqual(known({ 1: after }));
  });

  it('of a name that may not be seen: nobody knows where it points', () => {
    const seen = knownFrom({ versions: [], names: [{ ...forbidden, place: HOME }], others: [] });
    expect(withAllKnown(known({ 1: ready('x', true) }, { current: 1 }), seen)).toEqual(known({ 1: ready('x', true) }));
  });

  it('of a name that points to a version which is gone: it points to nothing that is left', () => {
    const seen = knownFrom({ versions: [version('gone', 'x')], names: [name(1)], others: [] });
    expect(withAllKnown(known({ 1: ready('x', true) }, { current: 1 }), seen)).toEqual(known({}, { replaced: ['x'] }));
  });
});

describe('withSwitching', () => {
  const left = (distribution: Distribution, count: number, minimum: number): ReturnType<typeof remainingSteps> =>
    remainingSteps({ plan: planAws, key: keyWith(count, minimum), keyName: 'k', distribution });

  it('marks what an enable or disable that is left may have changed, and nothing else', () => {
    const versions = {
      1: ready('v', true),
      2: ready('w', false),
      3: ready('x', true),
      4: ready('y', true),
      5: created('z'),
    };
    const record = known(versions, { current: 4 });
    // Left are: disable 1, import 5, point the name to 5.
    expect(withSwitching(left(record, 5, 3), record).versions).toEqual({ ...versions, 1: ready('v') });
    expect(withSwitching(left(record, 5, 1), record).versions).toEqual({ ...versions, 2: ready('w') });
  });

  it('makes the plan of the opposite desired state undo what an interrupted disable may have done', () => {
    const interrupted = known({ 1: ready('x', true), 2: ready('y', true) }, { current: 2 });
    expect(left(interrupted, 2, 1)).toEqual([]);
    const switching = withSwitching(left(interrupted, 2, 2), interrupted);
    expect(left(switching, 2, 1)).toMatchObject([{ action: 'enable', version: 1 }]);
  });

  it('leaves a record as it is where nothing is left', () => {
    const record = known({ 1: ready('x', true) }, { current: 1 });
    expect(withSwitching(left(record, 1, 1), record)).toBe(record);
  });
});
