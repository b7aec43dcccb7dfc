import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/logical/index.ts';
import { distributedKey, verdictsOf } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import { violations } from '../support/invariants.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

describe('POST kms/:name/key/:key/sync', () => {
  let engine: Engine;
  let cloud: ModelCloud;
  let storage: InMemoryStorage;

  beforeEach(async () => {
    ({ engine, cloud, storage } = await distributedKey());
    await engine.write('key/k/rotate');
  });

  const object = (id: string): NonNullable<ReturnType<ModelCloud['objects']['get']>> => {
    const found = cloud.objects.get(id);
    if (!found) throw new Error(`no object ${id}`);
    return found;
  };
  const moveName = (id: string | undefined): void => {
    const names = cloud.names as Map<string, string>;
    const name = [...names.keys()][0] ?? '';
    if (id === undefined) names.delete(name);
    else names.set(name, id);
  };
  const verdicts = (): Promise<JsonObject> => verdictsOf(engine);
  const sync = async (data: JsonObject = {}): Promise<JsonObject | undefined> =>
    (await engine.write('kms/aws/key/k/sync', data))?.data;

  it.each<[string, (id: string) => void, string, readonly string[]]>([
    ['disabled', (id) => (object(id).state = 'disabled'), 'disabled', ['enable version 1']],
    [
      'material deleted',
      (id) => {
        object(id).state = 'pending_import';
      },
      'missing_material',
      ['import version 1'],
    ],
    [
      'scheduled for deletion',
      (id) => (object(id).state = 'pending_deletion'),
      'pending_deletion',
      ['create version 1', 'import version 1'],
    ],
    [
      'deleted',
      (id) => (cloud.objects as Map<string, unknown>).delete(id),
      'deleted',
      ['create version 1', 'import version 1'],
    ],
  ])('repairs a version: %s', async (_what, change, verdict, steps) => {
    change('key-1');
    expect(await verdicts()).toEqual({ 1: verdict, 2: 'in_sync', alias: 'in_sync' });
    expect(await sync({ dry_run: true })).toEqual({ dry_run: true, planned: steps });
    expect(await verdicts()).toMatchObject({ 1: verdict });
    expect(await sync()).toEqual({ dry_run: false, done: steps });
    expect(await verdicts()).toEqual({ 1: 'in_sync', 2: 'in_sync', alias: 'in_sync' });
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it.each([
    ['moved to an older version', 'key-1'],
    ['moved to a KMS key of another owner', 'stranger'],
    ['removed', undefined],
  ])('repairs an alias: %s', async (_what, target) => {
    moveName(target);
    expect(await engine.read('kms/aws/key/k/status')).toMatchObject({
      verdict: 'alias_moved',
      // A stranger's id is none of ours to tell.
      alias: { verdict: 'alias_moved', points_to: target === 'key-1' ? target : '' },
    });
    expect(await sync()).toEqual({ dry_run: false, done: ['point the name to version 2'] });
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it('disables a version below min_enabled_version that was enabled in the KMS', async () => {
    await engine.write('key/k', { min_enabled_version: 2 });
    object('key-1').state = 'enabled';
    expect(await verdicts()).toMatchObject({ 1: 'enabled' });
    await sync();
    expect(object('key-1').state).toBe('disabled');
  });

  it('disables what is below min_enabled_version right after its material is imported again', async () => {
    await engine.write('key/k/rotate');
    await engine.write('key/k', { min_enabled_version: 3 });
    for (const id of ['key-1', 'key-2']) object(id).state = 'pending_import';
    expect(await sync({ dry_run: true })).toMatchObject({
      planned: ['import version 1', 'disable version 1', 'import version 2', 'disable version 2'],
    });
    // A failure that ends the run leaves no version in use that must not be.
    cloud.fault = (action) =>
      action === 'import' && object('key-1').state !== 'pending_import'
        ? { when: 'before', reason: 'unavailable' }
        : undefined;
    expect(await engine.errorOf(engine.write('kms/aws/key/k/sync'))).toContain(
      'done: import version 1, disable version 1; left: import version 2, disable version 2.',
    );
    expect(object('key-1').state).toBe('disabled');
    expect(object('key-2').state).toBe('pending_import');
  });

  it('replaces the current version and moves the alias', async () => {
    object('key-2').state = 'pending_deletion';
    await sync();
    expect(await violations(storage, cloud)).toEqual([]);
    expect(await engine.read('kms/aws/key/k')).toMatchObject({ versions: { 1: 'key-1', 2: 'key-3' } });
  });

  it('repairs without permission to read, with a warning', async () => {
    cloud.searchable = false;
    object('key-1').state = 'pending_deletion';
    object('key-2').state = 'pending_import';
    const answer = await engine.write('kms/aws/key/k/sync');
    expect(answer?.warnings).toEqual([
      'version 1 could not be seen: no permission to look',
      'version 2 could not be seen: no permission to look',
    ]);
    // No call that was refused, and none that was planned before the refusals told more.
    expect(answer?.data).toEqual({
      dry_run: false,
      done: ['create version 1', 'import version 1', 'import version 2'],
    });
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it('replaces a deleted version below min_enabled_version without permission to read', async () => {
    await engine.write('key/k', { min_enabled_version: 2 });
    cloud.searchable = false;
    object('key-1').state = 'pending_deletion';
    const answer = await engine.write('kms/aws/key/k/sync');
    expect(answer?.data?.['done']).toEqual([
      'enable version 2',
      'create version 1',
      'import version 1',
      'disable version 1',
    ]);
    expect(await violations(storage, cloud)).toEqual([]);
  });

  it('returns no warning and records no possible orphan when all can be read', async () => {
    object('key-1').state = 'pending_deletion';
    object('key-2').state = 'disabled';
    expect((await engine.write('kms/aws/key/k/sync'))?.warnings).toBeUndefined();
    expect(storage.keys().filter((key) => key.startsWith('orphan/'))).toEqual([]);
  });

  it('does not replace a version on a forbidden call', async () => {
    cloud.searchable = false;
    cloud.fault = (action) => (action === 'enable' ? { when: 'before', reason: 'forbidden' } : undefined);
    expect(await engine.errorOf(engine.write('kms/aws/key/k/sync'))).toMatch(/enable: injected forbidden/);
    expect(await engine.read('kms/aws/key/k')).toMatchObject({ versions: { 1: 'key-1', 2: 'key-2' } });
  });

  it('does not replace an observed version on a later not_found', async () => {
    object('key-1').state = 'disabled';
    cloud.fault = (action) => (action === 'enable' ? { when: 'before', reason: 'not_found' } : undefined);
    expect(await engine.errorOf(engine.write('kms/aws/key/k/sync'))).toMatch(/enable: injected not_found/);
    expect(await engine.read('kms/aws/key/k')).toMatchObject({ versions: { 1: 'key-1', 2: 'key-2' } });
  });

  it('POST kms/:name/key/:key without data repairs, and makes no call when in sync', async () => {
    object('key-1').state = 'disabled';
    expect(await engine.write('kms/aws/key/k')).toBeUndefined();
    expect(object('key-1').state).toBe('enabled');
    const before = cloud.calls.length;
    await engine.write('kms/aws/key/k');
    expect(cloud.calls).toHaveLength(before);
  });

  it('refuses a key that is not distributed', async () => {
    expect(await engine.errorOf(engine.write('kms/aws/key/other/sync'))).toMatch(/"other" is not distributed/);
    expect(await engine.read('kms/aws/key/other/status')).toBeUndefined();
  });

  it('keeps a replaced KMS key recorded, and DELETE removes it', async () => {
    cloud.searchable = false;
    object('key-1').state = 'disabled';
    // As a KMS may answer for a while after a key was made.
    cloud.fault = () => {
      cloud.fault = () => undefined;
      return { when: 'before', reason: 'not_found' };
    };
    await sync();
    expect(await engine.read('kms/aws/key/k')).toMatchObject({ versions: { 1: 'key-3', 2: 'key-2' } });
    expect(await engine.read('kms/aws/status')).toMatchObject({
      possible_orphans: [],
      keys: { k: { replaced: ['key-1'] } },
    });
    await engine.tick();
    // Nobody knows what it is used for.
    expect(object('key-1').state).toBe('disabled');
    await engine.request('delete', 'kms/aws/key/k');
    expect(object('key-1').state).toBe('pending_deletion');
  });

  it('DELETE removes the alias from a replaced KMS key', async () => {
    object('key-2').state = 'pending_deletion';
    cloud.fault = (action) => (action === 'set_current' ? { when: 'before', reason: 'forbidden' } : undefined);
    await sync();
    cloud.fault = () => undefined;
    expect([...cloud.names.values()]).toEqual(['key-2']);
    await engine.request('delete', 'kms/aws/key/k');
    expect(cloud.names.size).toBe(0);
  });
});
