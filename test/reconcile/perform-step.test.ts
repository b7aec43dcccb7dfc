import { describe, expect, it } from 'vitest';
import { isReached, performStep } from '../../src/keymgmt/reconcile/perform-step.ts';
import { versionLabels } from '../../src/keymgmt/records/labels.ts';
import type { Observation } from '../../src/providers/observation.ts';
import type { KmsClient } from '../../src/providers/port.ts';
import { HOME, type RepeatableStep, type Step } from '../../src/providers/step.ts';
import { created, known, ready } from '../support/records.ts';
import { perform } from '../support/run.ts';

const ref = { kms: 'kms', key: 'k' };

describe('a container', () => {
  const make: Step = { action: 'create_container', place: HOME };
  const remove: Step = { action: 'remove_container', place: HOME };

  it('is on record once it was made, and only then is the step done', async () => {
    const { run, logged } = await perform(make, [{ of: 'container', id: 'c', state: 'made' }], known({}));
    expect(run.record.current).toEqual(known({}, { container: 'c' }));
    expect(isReached(run, make)).toBe(true);
    expect(logged).toMatchObject([['info', 'changed a key in the KMS', { step: 'create_container', request_id: 'r' }]]);
    const { run: without } = await perform(make, [], known({}));
    expect(isReached(without, make)).toBe(false);
  });

  it('is removed with all versions, which the log shows by its id', async () => {
    const record = known({ 1: ready('x', true) }, { container: 'c', removing: true });
    const { run, logged } = await perform(remove, [{ of: 'container', id: 'c', state: 'removed' }], record);
    expect(run.record.current).toEqual(known({}, { removing: true }));
    expect(logged).toMatchObject([['warn', 'changed a key in the KMS', { remote_id: 'c' }]]);
  });

  it.each<[string, RepeatableStep, string]>([
    ['container', { action: 'remove_container', place: HOME }, 'c'],
    ['replaced object', { action: 'remove_replaced', id: 'y', place: HOME }, 'y'],
    ['version', { action: 'remove', version: 1, place: HOME }, 'x'],
    ['version that is to be disabled', { action: 'disable', version: 1, place: HOME, to: 'disabled' }, 'x'],
  ])('is not touched where it is labelled as that of another key (%s)', async (_what, step, id) => {
    const record = known({ 1: ready('x', true) }, { container: 'c', replaced: ['y'] });
    const asked: string[] = [];
    const client: Partial<KmsClient> = {
      readLabels: async (each) => {
        asked.push(each);
        return { outcome: 'seen', labels: versionLabels('another mount', ref, 'k', 1) };
      },
    };
    await expect(perform(step, [], record, { client })).rejects.toThrow(`${id} does not carry the labels of key "k"`);
    expect(asked).toEqual([id]);
  });

  it('is not asked for its labels where a step takes nothing away', async () => {
    const client: Partial<KmsClient> = { readLabels: () => Promise.reject(new Error('asked for labels')) };
    const enable: Step = { action: 'enable', version: 1, place: HOME, to: 'enabled' };
    const { calls } = await perform(enable, [], known({ 1: ready('x', false) }, { container: 'c' }), { client });
    expect(calls).toEqual([enable]);
  });
});

describe('a version that the KMS is still at work on', () => {
  const wait: Step = { action: 'await', version: 1, place: HOME, to: 'enabled' };
  const pending = known({ 1: { state: 'pending', attempt: 'a', remote_id: 'x' } });

  it('ends the run until it is done', async () => {
    const awaiting = perform(wait, [{ of: 'version', version: 1, place: HOME, state: 'pending' }], pending);
    await expect(awaiting).rejects.toThrow('the KMS has not finished version 1 yet');
    await expect(awaiting).rejects.toMatchObject({ reason: 'not_ready', call: 'await', ambiguous: false });
  });

  it('is what it has become', async () => {
    const { run } = await perform(wait, [{ of: 'version', version: 1, place: HOME, state: 'enabled' }], pending);
    expect(run.record.current.versions).toMatchObject({ 1: { state: 'enabled', remote_id: 'x' } });
    expect(isReached(run, wait)).toBe(true);
  });

  it('is awaited by the step for that only', async () => {
    const enable: Step = { action: 'import', version: 1, place: HOME, to: 'pending' };
    const { run } = await perform(
      enable,
      [{ of: 'version', version: 1, place: HOME, state: 'pending' }],
      known({ 1: created('x') }),
    );
    expect(run.record.current.versions[1]?.state).toBe('pending');
  });
});

describe('an object that the KMS does not know', () => {
  it('was removed before, where it was replaced: it was unknown already then', async () => {
    const step: Step = { action: 'remove_replaced', id: 'y', place: HOME };
    const { run, logged } = await perform(
      step,
      [{ of: 'replaced', id: 'y', state: 'unknown' }],
      known({}, { replaced: ['y'] }),
    );
    expect(run.record.current.replaced).toEqual([]);
    expect(logged.at(-1)).toEqual([
      'warn',
      'KMS key not found; treating it as deleted',
      { key: 'k', kms: 'kms', remote_id: 'y' },
    ]);
  });

  it('is no replaced object that was removed just now', async () => {
    const step: Step = { action: 'remove_replaced', id: 'y', place: HOME };
    const seen: Observation[] = [{ of: 'replaced', id: 'y', state: 'removed' }];
    const { logged } = await perform(step, seen, known({}, { replaced: ['y'] }));
    expect(logged.map(([, message]) => message)).toEqual(['changed a key in the KMS']);
    expect(logged[0]?.[2]).toMatchObject({ remote_id: 'y', duration_ms: 0 });
  });

  it('is not removed by credentials of another account', async () => {
    const step: Step = { action: 'remove_replaced', id: 'y', place: HOME };
    const record = known({}, { replaced: ['y'], account: 'ours' });
    const client: Partial<KmsClient> = { account: async (_signal, refresh) => (refresh ? 'another' : 'ours') };
    const removing = perform(step, [{ of: 'replaced', id: 'y', state: 'unknown' }], record, { client });
    await expect(removing).rejects.toThrow('now has credentials of account another, but its keys are in account ours');
  });

  it.each<[string, RepeatableStep, Observation]>([
    ['name', { action: 'remove_name', place: HOME }, { of: 'name', place: HOME, points: 'removed' }],
    ['container', { action: 'remove_container', place: HOME }, { of: 'container', id: 'c', state: 'removed' }],
  ])('is not taken for removed where the credentials are those of another account (%s)', async (_what, step, seen) => {
    const record = known({ 1: ready('x', true) }, { container: 'c', removing: true, account: 'ours' });
    const answers = (account: string): Partial<KmsClient> => ({
      account: async (_signal, refresh) => (refresh ? account : 'ours'),
      perform: async () => ({ changed: false, seen: [seen] }),
    });
    await expect(perform(step, [], record, { client: answers('another') })).rejects.toThrow(
      'now has credentials of account another, but its keys are in account ours',
    );
    await perform(step, [], record, { client: answers('ours') });
  });

  it.each([
    ['within the consistency window', 5 * 60_000 - 1],
    ['after it', 5 * 60_000],
  ])('counts as removed only after the consistency window (%s)', async (_when, age) => {
    const step: Step = { action: 'remove', version: 1, place: HOME };
    const since = new Date(Date.parse('2026-01-01T00:00:00Z') - age).toISOString();
    const record = known({ 1: { ...ready('x', true), since } }, { removing: true });
    const removing = perform(step, [{ of: 'version', version: 1, place: HOME, state: 'unknown' }], record);
    if (age === 5 * 60_000) expect((await removing).run.record.current.versions).toEqual({});
    else await expect(removing).rejects.toMatchObject({ reason: 'unavailable', call: 'remove' });
  });
});

describe('a name that is taken', () => {
  const publish: Step = { action: 'set_current', version: 1, place: HOME };
  const record = known({ 1: ready('x', true) });
  const taken: Observation = { of: 'name', place: HOME, points: 'stranger' };

  it('is replaced by another, which is in storage at once', async () => {
    const { run, stored, logged } = await perform(publish, [taken], record);
    expect(isReached(run, publish)).toBe(false);
    expect(await stored()).toMatchObject({ name: 'k-1' });
    expect(logged.at(-1)).toEqual([
      'info',
      'the name is taken in the KMS; choosing another',
      { key: 'k', kms: 'kms', name: 'k-1700000000', next: 'k-1' },
    ]);
  });

  it('is given up after five names', async () => {
    const { run } = await perform(publish, [taken], record);
    for (let more = 2; more < 5; more++) await performStep(run, publish, undefined);
    const { name } = run.record.current;
    await expect(performStep(run, publish, undefined)).rejects.toThrow(`the name ${name} is taken in the KMS`);
    await expect(performStep(run, publish, undefined)).rejects.toMatchObject({
      reason: 'already_exists',
      call: 'name',
    });
    expect(run.record.current.name).toBe(name);
  });

  it('is in the log once it was removed', async () => {
    const step: Step = { action: 'remove_name', place: HOME };
    const { logged } = await perform(step, [{ of: 'name', place: HOME, points: 'removed' }], record);
    expect(logged).toMatchObject([['warn', 'changed a key in the KMS', { step: 'remove_name', name: 'k-1700000000' }]]);
  });

  it('is kept where it points to an object of ours', async () => {
    const { run, logged } = await perform(publish, [{ of: 'name', place: HOME, points: 1 }], record);
    expect(run.record.current).toMatchObject({ name: 'k-1700000000', current: 1 });
    expect(isReached(run, publish)).toBe(true);
    expect(isReached(run, { ...publish, version: 2 })).toBe(false);
    expect(logged).toMatchObject([
      ['info', 'changed a key in the KMS', { name: 'k-1700000000', remote_id: 'x', version: 1 }],
    ]);
  });
});
