import { beforeEach, describe, expect, it } from 'vitest';
import type { HeldKey } from '../../src/keymgmt/held-key.ts';
import { IncompleteError } from '../../src/keymgmt/incomplete-error.ts';
import { reconcile, type ReconcileOptions } from '../../src/keymgmt/reconcile/reconcile.ts';
import type { ReconcileStep } from '../../src/keymgmt/reconcile-step.ts';
import { versionLabels } from '../../src/keymgmt/records/labels.ts';
import { codedError } from '../../src/logical/index.ts';
import { ProviderError } from '../../src/providers/errors.ts';
import type { NameObservation, Observation, Unseen } from '../../src/providers/observation.ts';
import type { KmsClient } from '../../src/providers/port.ts';
import { HOME, type Step } from '../../src/providers/step.ts';
import { created, keyWith, known, ready } from '../support/records.ts';
import { performed, testRun, type TestRun, type TestRunOptions } from '../support/run.ts';

const ref = { kms: 'kms', key: 'k' };
const record = known({ 1: ready('x', true) }, { current: 1, highest_published: 1, endpoint: 'cloud' });
const step = (action: 'import' | 'enable' | 'disable' | 'set_current' | 'remove', version = 1): Step => ({
  action,
  version,
  place: HOME,
});

/** What the cloud was asked, in order. */
let asked: string[];
/** What it says of the name. */
let name: NameObservation | Unseen;

beforeEach(() => {
  asked = [];
  name = { of: 'name', place: HOME, points: 1 };
});

/** A KMS that does what it is asked for. */
const obedient: Partial<KmsClient> = {
  account: async () => {
    asked.push('account');
    return undefined;
  },
  observeName: async () => {
    asked.push('name');
    return name;
  },
  create: async (_step, { version }) => {
    asked.push('create');
    return performed({ of: 'version', version, place: HOME, id: `x${version}`, state: 'created' });
  },
  perform: async (each) => {
    asked.push(each.action);
    const at = { place: HOME } as const;
    const seen: Partial<Record<Step['action'], Observation>> =
      'version' in each
        ? {
            import: { of: 'version', version: each.version, ...at, state: 'enabled' },
            enable: { of: 'version', version: each.version, ...at, state: 'enabled' },
            disable: { of: 'version', version: each.version, ...at, state: 'disabled' },
            set_current: { of: 'name', points: each.version, ...at },
            remove: { of: 'version', version: each.version, ...at, state: 'removed' },
          }
        : { remove_name: { of: 'name', points: 'removed', ...at } };
    const answer = seen[each.action];
    return performed(...(answer ? [answer] : []));
  },
};

async function run(
  options: Partial<TestRunOptions>,
  reconciling?: ReconcileOptions,
  signal?: AbortSignal,
): Promise<{ readonly test: TestRun; readonly done: Promise<readonly ReconcileStep[]> }> {
  const test = await testRun({ record, ...options, client: { ...obedient, ...options.client } });
  const { mount, context } = test.run;
  const bound = signal ? { ...context, signal } : context;
  return { test, done: reconcile(mount, bound, { name: 'k' } as HeldKey, 'kms', reconciling) };
}
const actions = (steps: readonly ReconcileStep[]): string[] =>
  steps.map((each) => ('version' in each ? `${each.action} ${each.version}` : each.action));
/** Plans the same steps until each was performed. */
const planOf = (...steps: readonly Step[]): Partial<TestRunOptions> => {
  const plan = (): readonly Step[] => steps.slice(asked.filter((each) => each !== 'name' && each !== 'account').length);
  return { driver: { plan } };
};
const failureOf = async (done: Promise<unknown>): Promise<IncompleteError> => {
  const error: unknown = await done.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(IncompleteError);
  return error as IncompleteError;
};

describe('reconciling', () => {
  it('brings a rotated key to the KMS, records it, and takes it off the work queue', async () => {
    const { test, done } = await run({ key: keyWith(2, 2) });
    expect(actions(await done)).toEqual(['create 2', 'import 2', 'set_current 2', 'disable 1']);
    expect(await test.stored()).toMatchObject({
      current: 2,
      versions: { 1: { state: 'disabled' }, 2: { state: 'enabled' } },
    });
    expect(test.run.mount.workQueue.due(true)).toEqual([]);
  });

  it('asks nothing and writes nothing where record and desired state agree', async () => {
    const test = await testRun({ record: { ...record, account: 'ours' }, client: obedient });
    const { mount, context } = test.run;
    const storage = { ...test.storage, put: () => Promise.reject(new Error('a write')) };
    expect(await reconcile(mount, { ...context, storage }, { name: 'k' } as HeldKey, 'kms')).toEqual([]);
    expect(asked).toEqual([]);
    expect(mount.workQueue.due(true)).toEqual([]);
  });

  it('ends a removal with the record deleted', async () => {
    const { test, done } = await run({ record: { ...record, removing: true } });
    expect(actions(await done)).toEqual(['remove_name', 'remove 1']);
    expect(await test.stored()).toBeUndefined();
  });

  it('does nothing for a key that is not in the KMS', async () => {
    const test = await testRun({ record, client: {} });
    const { mount, context } = test.run;
    await mount.distributions.delete(test.storage, 'kms/k');
    mount.workQueue.add(ref);
    expect(await reconcile(mount, context, { name: 'k' } as HeldKey, 'kms')).toEqual([]);
    expect(mount.workQueue.due(true)).toEqual([]);
  });

  it('puts on record where requests go', async () => {
    const { test, done } = await run({ record: known({}) });
    await done;
    expect(await test.stored()).toMatchObject({ endpoint: 'cloud' });
  });

  it("refuses a key's record that is older than the distribution, but not to remove it", async () => {
    const newer = known({ 1: ready('x', true), 2: ready('y', true) }, { current: 2 });
    const { test, done } = await run({ record: newer });
    await expect(done).rejects.toThrow(
      'the record of key "k" ends with version 1, but KMS "kms" holds version 2: restore the newer record at key/k, or ' +
        'remove the key from the KMS first',
    );
    expect(asked).toEqual([]);
    expect(test.run.mount.workQueue.due(true)).toEqual([]);
    const { done: removed } = await run({ record: { ...newer, removing: true } });
    expect(actions(await removed)).toEqual(['remove_name', 'remove 1', 'remove 2']);
  });

  it('has not set a name that was taken, and has set the one after it', async () => {
    let taken = true;
    const client: Partial<KmsClient> = {
      perform: async () => {
        const points = taken ? 'stranger' : 1;
        taken = false;
        return performed({ of: 'name', place: HOME, points });
      },
    };
    const { test, done } = await run({ record: known({ 1: ready('x', true) }), client }, { nameChecked: true });
    expect(actions(await done)).toEqual(['set_current 1']);
    expect(await test.stored()).toMatchObject({ name: 'k-1', current: 1 });
  });

  it('gives up a step that never leads where the driver says, after ten times', async () => {
    const idle = {
      perform: async () => {
        asked.push('perform');
        return performed();
      },
    };
    const { done } = await run({ record: known({ 1: created('x') }), client: idle });
    await expect(done).rejects.toThrow('reconciling does not end; next step: import version 1');
    expect(asked.filter((each) => each === 'perform')).toHaveLength(10);
  });
});

describe('where the cloud may be ahead of storage', () => {
  const ahead: NameObservation = {
    ...{ of: 'name', place: HOME, points: 'stranger' },
    holder: { remoteId: 'newer', labels: versionLabels('mount', ref, 'k', 2) },
  };
  const harmful: readonly Step[] = [
    { action: 'create', version: 2, place: HOME, to: 'created' },
    step('set_current'),
    { action: 'remove_name', place: HOME },
    step('remove'),
    { action: 'remove_replaced', id: 'y', place: HOME },
    { action: 'remove_container', place: HOME },
  ];

  it.each(harmful)('nothing is done that does harm there: $action', async (each) => {
    name = ahead;
    const { test, done } = await run({ record: { ...record, replaced: ['y'], container: 'c' }, ...planOf(each) });
    await expect(done).rejects.toThrow('the KMS is ahead of Vault\'s storage for key "k" in KMS "kms"');
    expect(asked).toEqual(['name']);
    // It stays to be done.
    expect(test.run.mount.workQueue.due(true)).toEqual([ref]);
  });

  it('what does no harm is done without asking', async () => {
    name = ahead;
    const { done } = await run(planOf(step('import'), step('enable'), step('disable')));
    expect(await done).toHaveLength(3);
    expect(asked).toEqual(['import', 'enable', 'disable']);
  });

  it('the name is asked for once', async () => {
    const { done } = await run(planOf(step('remove'), step('set_current'), step('remove')));
    await done;
    expect(asked).toEqual(['name', 'remove', 'set_current', 'remove']);
  });

  it('the name is not asked for where the caller has made sure', async () => {
    name = ahead;
    const { done } = await run(planOf(step('set_current')), { nameChecked: true });
    await done;
    expect(asked).toEqual(['set_current']);
  });

  it('nothing is done while the KMS does not answer, as it may be ahead', async () => {
    name = { outcome: 'unreachable', why: 'no answer' };
    const { cause, progress } = await failureOf((await run(planOf(step('set_current')))).done);
    expect(cause).toMatchObject({ reason: 'unavailable', message: 'no answer', call: 'name' });
    expect(progress).toMatchObject({ done: [], left: [step('set_current')] });
  });

  it('credentials that may not ask for the name do not keep anything from being done', async () => {
    name = { outcome: 'forbidden', why: 'not allowed' };
    const { done } = await run(planOf(step('set_current')));
    expect(await done).toEqual([step('set_current')]);
  });
});

describe('a run that fails', () => {
  it('before its first step has nothing done, and all left', async () => {
    const account = new ProviderError('unavailable', 'no answer', { call: 'GetCallerIdentity' });
    const { done } = await run({
      record: { ...record, current: undefined, account: 'ours' },
      client: { account: () => Promise.reject(account) },
    });
    const { message, progress } = await failureOf(done);
    expect(progress).toMatchObject({ done: [], left: [{ action: 'set_current', version: 1 }], removing: false });
    expect(message).toContain('is incomplete: no answer; left: point the name to version 1.');
  });

  it('for a reason that is not of the KMS fails with that', async () => {
    const fault = new Error('a fault');
    const start = await run({
      record: { ...record, current: undefined, account: 'ours' },
      client: { account: () => Promise.reject(fault) },
    });
    await expect(start.done).rejects.toBe(fault);
    const { test, done } = await run({ key: keyWith(2), client: { perform: () => Promise.reject(fault) } });
    await expect(done).rejects.toBe(fault);
    // What was done before is on record.
    expect(await test.stored()).toMatchObject({ versions: { 2: { remote_id: 'x2' } } });
  });

  it('as its time is over says so, with what is done and what is left', async () => {
    const budget = new AbortController();
    const over = codedError(504, 'not finished within 85 s');
    const client: Partial<KmsClient> = {
      create: async (each, attempt, target, signal) => {
        budget.abort(over);
        return (obedient.create as KmsClient['create'])(each, attempt, target, signal);
      },
    };
    const { done } = await run({ key: keyWith(2), client }, { nameChecked: true }, budget.signal);
    const { cause, progress } = await failureOf(done);
    expect(cause).toMatchObject({ reason: 'timeout', message: 'not finished within 85 s', call: 'budget' });
    expect(actions(progress.done)).toEqual(['create 2']);
    expect(actions(progress.left)).toEqual(['import 2', 'set_current 2']);
  });

  it('as its client has left ends with the reason for that', async () => {
    const left = new Error('the client has left');
    const { done } = await run({ key: keyWith(2) }, {}, AbortSignal.abort(left));
    await expect(done).rejects.toBe(left);
  });

  it('with an error that has a code of its own, though time is not over, keeps it', async () => {
    const sealed = codedError(503, 'sealed');
    const { done } = await run({ key: keyWith(2), client: { perform: () => Promise.reject(sealed) } });
    await expect(done).rejects.toBe(sealed);
  });

  it('withdraws the attempts that it has not used', async () => {
    const refused = new ProviderError('forbidden', 'not allowed', { call: 'create' });
    const { test, done } = await run({ key: keyWith(3), client: { create: () => Promise.reject(refused) } });
    const { progress } = await failureOf(done);
    expect(actions(progress.left)[0]).toBe('create 2');
    expect(Object.keys((await test.stored())?.versions ?? {})).toEqual(['1']);
  });
});
