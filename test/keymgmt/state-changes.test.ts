import { describe, expect, it } from 'vitest';
import type { RemoteVersion } from '../../src/keymgmt/records/distribution.ts';
import type { Step } from '../../src/providers/step.ts';
import { afterStep, withDoubt, withSwitching } from '../../src/keymgmt/reconcile/transitions.ts';
import { created, creating, known, ready, wish } from '../support/records.ts';

describe('the record after a step', () => {
  it.each<[Step, RemoteVersion, RemoteVersion | undefined]>([
    [{ action: 'find', version: 1 }, creating('a'), creating('a')],
    [{ action: 'create', version: 1 }, creating('a'), creating('a')],
    [{ action: 'import', version: 1 }, created('x'), ready('x', true)],
    [{ action: 'enable', version: 1 }, ready('x', false), ready('x', true)],
    [{ action: 'disable', version: 1 }, ready('x'), ready('x', false)],
    [{ action: 'remove', version: 1 }, ready('x', true), undefined],
  ])('%o', (step, before, after) => {
    const others = { 2: ready('y', true) };
    const record = afterStep(known({ 1: before, ...others }, { current: 2 }), step);
    expect(record).toEqual(known(after === undefined ? others : { 1: after, ...others }, { current: 2 }));
  });

  it('has a name of ours once it was set, and none once it was removed', () => {
    const named = afterStep(known({ 1: ready('x', true) }), { action: 'set_current', version: 1 });
    expect(named).toMatchObject({ current: 1, reached: 1 });
    const unnamed = afterStep(named, { action: 'remove_name' });
    expect(unnamed).toMatchObject({ reached: 1, name_removed: true });
    expect(unnamed.current).toBeUndefined();
  });

  it('remembers the highest version that its name has reached', () => {
    const record = known({ 1: ready('x', true), 2: ready('y', true) }, { current: 2, reached: 2 });
    expect(afterStep(record, { action: 'set_current', version: 1 })).toMatchObject({ current: 1, reached: 2 });
  });

  it('knows no more of a replaced object that was removed', () => {
    const record = known({}, { retired: ['x', 'y'] });
    expect(afterStep(record, { action: 'remove_replaced', remoteId: 'x' }).retired).toEqual(['y']);
  });

  it.each<[string, Readonly<Record<string, RemoteVersion>>]>([
    ['was never made', {}],
    ['may not have been made', { 1: creating('a') }],
  ])('cannot be of a version that %s', (_title, versions) => {
    expect(() => afterStep(known(versions), { action: 'import', version: 1 })).toThrow(
      'version 1 is not known to exist',
    );
  });
});

describe('doubts', () => {
  it('fall on what an outstanding switch may have changed, and on nothing else', () => {
    const versions = {
      1: ready('v', true),
      2: ready('w', false),
      3: ready('x', true),
      4: ready('y', true),
      5: created('z'),
    };
    // To disable: 1. To import and point to: 5. Version 2 is as wished already.
    expect(withSwitching(wish(5, 3), known(versions, { current: 4 })).versions).toEqual({ ...versions, 1: ready('v') });
    expect(withSwitching(wish(5, 1), known(versions, { current: 4 })).versions).toEqual({ ...versions, 2: ready('w') });
  });

  it.each<[string, RemoteVersion]>([
    ['is in doubt already', ready('x')],
    ['was merely created', created('x')],
    ['may not have been made', creating('a')],
  ])('change nothing of a version that %s', (_title, state) => {
    const record = known({ 1: state });
    expect(withDoubt(record, 1)).toBe(record);
    expect(withDoubt(record, 2)).toBe(record);
  });
});
