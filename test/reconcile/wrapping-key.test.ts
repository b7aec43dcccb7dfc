import { describe, expect, it } from 'vitest';
import { isReached, performStep } from '../../src/keymgmt/reconcile/perform-step.ts';
import type { Kms } from '../../src/keymgmt/records/kms.ts';
import type { Observation } from '../../src/providers/observation.ts';
import { HOME, type Step } from '../../src/providers/step.ts';
import { created, known } from '../support/records.ts';
import { perform, performed, testRun, type TestRun } from '../support/run.ts';

describe('a wrapping key', () => {
  const make: Step = { action: 'create_wrapping_key', place: HOME };
  const UNTIL = '2026-01-01T12:00:00.000Z';
  const made: Observation = { of: 'wrapping_key', name: 'w', state: 'ready', until: UNTIL };
  const kmsOf = ({ run, storage }: TestRun): Promise<Kms | undefined> => run.mount.kms.get(storage, 'kms');

  it('has its name on record before it is made, and is ready after that', async () => {
    const before: unknown[] = [];
    const test = await testRun({
      record: known({}),
      client: {
        perform: async (step, target) => {
          const { run, storage } = test;
          before.push(step, target.wrappingKey, (await run.mount.kms.get(storage, 'kms'))?.wrapping_key);
          return performed({ ...made, name: target.wrappingKey ?? '' });
        },
      },
    });
    expect(isReached(test.run, make)).toBe(false);
    await performStep(test.run, make, undefined);
    const name = 'kms-wrapping-1';
    expect(before).toEqual([make, name, { name, ready: false }]);
    expect((await kmsOf(test))?.wrapping_key).toEqual({ name, ready: true, until: UNTIL });
    expect(test.run.kms.wrapping_key).toEqual({ name, ready: true, until: UNTIL });
    expect(isReached(test.run, make)).toBe(true);
    expect(test.logged).toMatchObject([['info', 'changed a key in the KMS', { step: 'create_wrapping_key', name }]]);
  });

  it('that was begun is made by its name', async () => {
    const test = await testRun({
      record: known({}),
      kms: { wrapping_key: { name: 'w', ready: false } },
      client: {
        perform: async (_step, { wrappingKey = '' }) =>
          performed({ of: 'account', account: 'ours' }, { of: 'wrapping_key', name: wrappingKey, state: 'ready' }),
      },
    });
    await performStep(test.run, make, undefined);
    expect((await kmsOf(test))?.wrapping_key).toEqual({ name: 'w', ready: true });
  });

  it('that another key has made meanwhile is used', async () => {
    const test = await testRun({ record: known({}), client: {} });
    await test.run.mount.kms.put(test.storage, 'kms', { ...test.run.kms, wrapping_key: { name: 'w', ready: true } });
    await performStep(test.run, make, undefined);
    expect(test.run.kms.wrapping_key).toEqual({ name: 'w', ready: true });
  });

  it('that expires soon is replaced by one of another name', async () => {
    const until = '2026-01-01T00:10:00Z';
    const test = await perform(make, [{ ...made, name: 'kms-wrapping-1' }], known({}), {
      kms: { wrapping_key: { name: 'w', ready: true, until } },
    });
    expect((await kmsOf(test))?.wrapping_key).toMatchObject({ name: 'kms-wrapping-1', ready: true });
  });

  it('that the driver does not name is a fault of the driver', async () => {
    await expect(perform(make, [], known({}))).rejects.toThrow('does not name it');
  });

  it('whose name is not free is forgotten, so that the next one has another name', async () => {
    const test = await perform(make, [{ ...made, name: 'kms-wrapping-1', state: 'gone' }], known({}));
    expect((await kmsOf(test))?.wrapping_key).toBeUndefined();
  });

  it('that has expired before it was ready is forgotten, so that the next one has another name', async () => {
    const test = await perform(make, [{ ...made, name: 'w', state: 'gone' }], known({}), {
      kms: { wrapping_key: { name: 'w', ready: false } },
    });
    expect((await kmsOf(test))?.wrapping_key).toBeUndefined();
  });

  it.each([
    ['is forgotten when the KMS has none', 'w', undefined],
    ['is kept where another is gone', 'former', { name: 'w', ready: true }],
  ])('%s', async (_title, gone, left) => {
    const step: Step = { action: 'import', version: 1, place: HOME, to: 'enabled' };
    const seen: Observation[] = [{ of: 'wrapping_key', name: gone, state: 'gone' }];
    const kms = { wrapping_key: { name: 'w', ready: true } };
    const test = await perform(step, seen, known({ 1: created('x') }), { kms });
    expect((await kmsOf(test))?.wrapping_key).toEqual(left);
    expect(test.run.kms.wrapping_key).toEqual(left);
    expect(isReached(test.run, step)).toBe(false);
  });

  it('is on record as the engine has it, whatever else is said of it', async () => {
    const step: Step = { action: 'import', version: 1, place: HOME, to: 'enabled' };
    const kms = { wrapping_key: { name: 'w', ready: true } };
    const test = await perform(step, [{ of: 'wrapping_key', name: 'w', state: 'ready' }], known({ 1: created('x') }), {
      kms,
    });
    expect((await kmsOf(test))?.wrapping_key).toEqual(kms.wrapping_key);
  });

  it('is recorded as that of the run where the KMS was deleted meanwhile', async () => {
    const test = await testRun({ record: known({}), client: { perform: async () => performed(made) } });
    await test.run.mount.kms.delete(test.storage, 'kms');
    await performStep(test.run, make, undefined);
    expect(test.run.kms).toMatchObject({ provider: 'cloud', wrapping_key: { name: 'w', ready: true } });
  });
});
