import { describe, expect, it } from 'vitest';
import { isReached, performStep } from '../../src/keymgmt/reconcile/perform-step.ts';
import { versionLabels } from '../../src/keymgmt/records/labels.ts';
import { ProviderError } from '../../src/providers/errors.ts';
import type { Observation } from '../../src/providers/observation.ts';
import type { KmsClient } from '../../src/providers/port.ts';
import { HOME, type Step } from '../../src/providers/step.ts';
import { creating, known, ready } from '../support/records.ts';
import { performed, testRun, type TestRun, type TestRunOptions } from '../support/run.ts';

const ref = { kms: 'kms', key: 'k' };

describe('an attempt whose answer was lost', () => {
  const resolve = { action: 'resolve_attempt', version: 1, place: HOME } as const;
  const BEGUN = '2026-01-01T00:00:00.000Z';
  const lost = { lostAttempt: 'wait' } as const;
  const unknown: Partial<KmsClient> = {
    find: async () => ({ outcome: 'unknown', why: 'not allowed', remoteIds: ['y'] }),
  };
  const absent: Partial<KmsClient> = { find: async () => ({ outcome: 'absent' }) };
  const orphans = ({ run, storage }: TestRun): Promise<readonly string[]> => run.mount.orphans.list(storage, 'kms/');

  it('is dropped where nothing was made, once the KMS can be sure of that', async () => {
    const test = await testRun({ record: known({ 1: creating('a') }), client: absent, driver: lost });
    test.clock.advance(5 * 60_000);
    await performStep(test.run, resolve, undefined);
    expect(test.run.record.current.versions).toEqual({});
    expect(await orphans(test)).toEqual([]);
    // What follows depends on what was found.
    expect(isReached(test.run, resolve)).toBe(false);
  });

  it.each<[string, TestRunOptions, string]>([
    [
      'the cloud must not hold a second object',
      { record: known({ 1: creating('a') }), client: unknown, driver: lost },
      'not allowed',
    ],
    [
      'a container holds the versions',
      { record: known({ 1: creating('a') }, { container: 'c' }), client: unknown },
      'not allowed',
    ],
    [
      'the KMS may not know of it yet',
      { record: known({ 1: creating('a') }), client: absent, driver: lost },
      'not found, but made too recently for the KMS to be sure to know of it',
    ],
  ])('lets nothing be created where %s', async (_why, options, reason) => {
    const test = await testRun(options);
    const error: unknown = await performStep(test.run, resolve, undefined).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({
      message: `nothing is created while the attempt to create version 1 is not resolved: ${reason}`,
      reason: 'unavailable',
      call: 'find',
    });
    expect(test.run.record.current.versions).toEqual({ 1: creating('a') });
    expect(await orphans(test)).toEqual([]);
  });

  it('is a possible orphan elsewhere, with all that is known of it', async () => {
    const record = known({ 1: creating('a'), 2: ready('z', true) }, { account: 'ours', endpoint: 'cloud' });
    const test = await testRun({ record, client: unknown });
    test.clock.advance(5 * 60_000);
    await performStep(test.run, resolve, undefined);
    expect(test.run.record.current.versions).toEqual({ 2: ready('z', true) });
    expect(await test.run.mount.orphans.get(test.storage, 'kms/a')).toMatchObject({
      ...{ key: 'k', version: 1, name: 'k-1700000000', since: BEGUN, reason: 'not allowed', suspects: ['y'] },
      ...{ account: 'ours', endpoint: 'cloud', labels: versionLabels('mount', ref, 'k-1700000000', 1) },
    });
  });

  it('is adopted where it is proven, and is in storage at once', async () => {
    const seen: Observation[] = [
      { of: 'account', account: 'ours' },
      { of: 'version', version: 1, place: HOME, id: 'x', state: 'created' },
    ];
    const client: Partial<KmsClient> = { find: async () => ({ outcome: 'proven', seen }) };
    const test = await testRun({ record: known({ 1: creating('a') }), client, driver: lost });
    await performStep(test.run, resolve, undefined);
    expect(await test.stored()).toMatchObject({
      account: 'ours',
      versions: { 1: { state: 'created', remote_id: 'x' } },
    });
    expect((await test.run.mount.kms.get(test.storage, 'kms'))?.account).toBe('ours');
  });

  it('needs no search while the process knows what it has made', async () => {
    const test = await testRun({ record: known({ 1: creating('a') }), client: {} });
    test.run.mount.unsavedIds.set(
      'a',
      performed({ of: 'version', version: 1, place: HOME, id: 'x', state: 'created' }),
    );
    await performStep(test.run, resolve, undefined);
    expect(await test.stored()).toMatchObject({ versions: { 1: { remote_id: 'x' } } });
    expect([...test.run.mount.unsavedIds]).toEqual([]);
  });

  it('is nothing to look for where the version was made', async () => {
    const test = await testRun({ record: known({ 1: ready('x', true) }), client: {} });
    await performStep(test.run, resolve, undefined);
    await performStep(test.run, { ...resolve, version: 2 }, undefined);
    expect(test.run.record.current).toEqual(known({ 1: ready('x', true) }));
  });
});

describe('the creation of a version', () => {
  const make = (version: number): Step => ({ action: 'create', version, place: HOME, to: 'created' });
  const makes: KmsClient['create'] = async (_step, { version }) =>
    performed({ of: 'version', version, place: HOME, id: `x${version}`, state: 'created' });

  it('is in storage with the attempt of the next one, in one write', async () => {
    const test = await testRun({ record: known({}), client: { create: makes } });
    await performStep(test.run, make(1), make(2));
    expect(await test.stored()).toMatchObject({ versions: { 1: { remote_id: 'x1' }, 2: { attempt: 'attempt-2' } } });
    expect(test.run.record.isUnused(2)).toBe(true);
    expect([...test.run.mount.unsavedIds]).toEqual([]);
    await performStep(test.run, make(2), { action: 'import', version: 1, place: HOME });
    expect(Object.keys((await test.stored())?.versions ?? {})).toEqual(['1', '2']);
    expect(test.logged).toMatchObject([
      ['info', 'changed a key in the KMS', { step: 'create', version: 1, remote_id: 'x1' }],
      ['info', 'changed a key in the KMS', { step: 'create', version: 2, remote_id: 'x2' }],
    ]);
  });

  it('that shows a taken name made nothing: its attempt is withdrawn', async () => {
    const create: KmsClient['create'] = async () => performed({ of: 'name', place: HOME, points: 'stranger' });
    const test = await testRun({ record: known({}), client: { create } });
    await performStep(test.run, make(1), undefined);
    expect(test.run.record.current).toEqual(known({}, { name: 'k-1' }));
    expect(await test.stored()).toMatchObject({ name: 'k-1', versions: {} });
    expect(isReached(test.run, make(1))).toBe(false);
  });

  it.each([
    ['was refused', false, true],
    ['may have had its effect', true, false],
  ])('that %s has made nothing for certain: %s', async (_how, ambiguous, unused) => {
    const error = new ProviderError('invalid_request', 'refused', { call: 'create', ambiguous });
    const test = await testRun({ record: known({}), client: { create: () => Promise.reject(error) } });
    await expect(performStep(test.run, make(1), undefined)).rejects.toBe(error);
    expect(test.run.record.isUnused(1)).toBe(unused);
    expect(await test.stored()).toMatchObject({ versions: { 1: { state: 'creating', attempt: 'attempt-1' } } });
  });

  it('that failed otherwise may have made something', async () => {
    const test = await testRun({ record: known({}), client: { create: () => Promise.reject(new Error('a fault')) } });
    await expect(performStep(test.run, make(1), undefined)).rejects.toThrow('a fault');
    expect(test.run.record.isUnused(1)).toBe(false);
  });

  it('in another account is not adopted, and reported as left behind', async () => {
    const create: KmsClient['create'] = async () =>
      performed(
        { of: 'account', account: 'another' },
        { of: 'version', version: 1, place: 'elsewhere', id: 'replica', state: 'created' },
        { of: 'version', version: 1, place: HOME, id: 'x', state: 'created' },
      );
    const test = await testRun({ record: known({}, { account: 'ours', endpoint: 'cloud' }), client: { create } });
    await expect(performStep(test.run, make(1), undefined)).rejects.toThrow(
      'KMS "kms" now has credentials of account another, but its keys are in account ours: write credentials of account ' +
        'ours to kms/kms. x was left behind in account another, see possible_orphans',
    );
    expect((await test.stored())?.versions).toEqual({});
    expect([...test.run.mount.unsavedIds]).toEqual([]);
    expect(await test.run.mount.orphans.get(test.storage, 'kms/attempt-1')).toMatchObject({
      ...{ key: 'k', version: 1, suspects: ['x'], account: 'another', endpoint: 'cloud' },
      labels: versionLabels('mount', ref, 'k-1700000000', 1),
    });
  });
});
