import { beforeEach, describe, expect, it } from 'vitest';
import { AWS, distributedKey, PURPOSE, type DistributedKey } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';
import { keyChange } from '../support/records.ts';

describe('the lifecycle of a key in a KMS', () => {
  let engine: Engine;
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let start: DistributedKey['start'];

  const states = (): string[] => [...cloud.objects.values()].map(({ id, state }) => `${id} ${state}`);
  const current = (): string | undefined => [...cloud.names.values()][0];
  const failOn = (action: string, when: 'before' | 'after', reason: 'forbidden' | 'timeout' = 'forbidden'): void => {
    cloud.fault = (called) => (called === action ? { when, reason } : undefined);
  };
  const heal = (): void => {
    cloud.fault = () => undefined;
  };

  beforeEach(async () => {
    ({ engine, cloud, storage, start } = await distributedKey({ distributed: false }));
  });
  const distribute = (): ReturnType<Engine['write']> => engine.write('kms/aws/key/k', PURPOSE);

  it('distributes, rotates, disables, enables and removes', async () => {
    expect(await distribute()).toBeUndefined();
    expect(await engine.read('kms/aws/key/k')).toMatchObject({ versions: { 1: 'key-1' }, purpose: 'decrypt,encrypt' });
    await engine.write('key/k/rotate');
    expect(states()).toEqual(['key-1 enabled', 'key-2 enabled']);
    expect(current()).toBe('key-2');
    await engine.write('key/k', { min_enabled_version: 2 });
    expect(states()).toEqual(['key-1 disabled', 'key-2 enabled']);
    expect(Object.keys((await engine.read('key/k'))?.['versions'] ?? {})).toEqual(['2']);
    await engine.write('key/k', { min_enabled_version: 0 });
    expect(states()).toEqual(['key-1 enabled', 'key-2 enabled']);
    await engine.request('delete', 'kms/aws/key/k');
    expect(states()).toEqual(['key-1 pending_deletion', 'key-2 pending_deletion']);
    expect(cloud.names.size).toBe(0);
    expect(await engine.read('kms/aws/key/k')).toBeUndefined();
  });

  it('distributes all versions and disables those below min_enabled_version', async () => {
    await engine.write('key/k/rotate');
    await engine.write('key/k/rotate');
    await engine.write('key/k', { min_enabled_version: 2 });
    await distribute();
    expect(states()).toEqual(['key-1 disabled', 'key-2 enabled', 'key-3 enabled']);
    expect(current()).toBe('key-3');
  });

  it('stores nothing of a first distribution that the KMS refuses', async () => {
    failOn('create', 'before');
    expect(await engine.errorOf(distribute())).toMatch(
      /was not distributed to KMS "aws", and nothing was made there: create: injected forbidden/,
    );
    expect(await engine.read('kms/aws/key/k')).toBeUndefined();
    expect(storage.keys().filter((key) => key.startsWith('distribution/'))).toEqual([]);
  });

  it('a repeated request finishes an incomplete distribution', async () => {
    failOn('import', 'before');
    expect(await engine.errorOf(distribute())).toMatch(/done: create version 1; left: import version 1/);
    heal();
    expect(await distribute()).toBeUndefined();
    expect(states()).toEqual(['key-1 enabled']);
    expect(current()).toBe('key-1');
  });

  it('the rollback tick finishes an incomplete distribution', async () => {
    failOn('set_current', 'before');
    await engine.errorOf(distribute());
    heal();
    await engine.tick();
    expect(current()).toBe('key-1');
  });

  it('adopts a KMS key whose creation had no answer', async () => {
    failOn('create', 'after', 'timeout');
    expect(await engine.errorOf(distribute())).toMatch(/incomplete/);
    heal();
    await engine.tick();
    expect(states()).toEqual(['key-1 enabled']);
    expect(storage.keys().filter((key) => key.startsWith('orphan/'))).toEqual([]);
  });

  it('reports a possible orphan when it may not search, and creates the version again', async () => {
    failOn('create', 'after', 'timeout');
    await engine.errorOf(distribute());
    heal();
    cloud.searchable = false;
    await engine.tick();
    expect(states()).toEqual(['key-1 pending_import', 'key-2 enabled']);
    expect(storage.keys().filter((key) => key.startsWith('orphan/'))).toHaveLength(1);
    cloud.searchable = true;
    await engine.tick();
    expect(states()).toEqual(['key-1 pending_deletion', 'key-2 enabled']);
    expect(storage.keys().filter((key) => key.startsWith('orphan/'))).toEqual([]);
  });

  it('DELETE kms/:name lists the possible orphans and deletes their records', async () => {
    failOn('create', 'after', 'timeout');
    await engine.errorOf(distribute());
    heal();
    cloud.searchable = false;
    await engine.tick();
    await engine.request('delete', 'kms/aws/key/k');
    const answer = await engine.request('delete', 'kms/aws');
    expect(answer?.warnings).toEqual([expect.stringContaining(cloud.objects.get('key-1')?.attempt ?? 'nothing')]);
    expect(storage.keys().filter((key) => key.startsWith('orphan/'))).toEqual([]);
    expect(await engine.request('delete', 'kms/aws')).toBeUndefined();
  });

  it('enables a version again after a disable without an answer', async () => {
    await distribute();
    await engine.write('key/k/rotate');
    failOn('disable', 'after', 'timeout');
    await engine.errorOf(engine.write('key/k', { min_enabled_version: 2 }));
    heal();
    await engine.write('key/k', { min_enabled_version: 1 });
    expect(states()).toEqual(['key-1 enabled', 'key-2 enabled']);
  });

  it('refuses a second KMS, another purpose, and deletion of the key or the KMS while the key is distributed', async () => {
    await distribute();
    await engine.write('kms/other', AWS);
    const errors = await Promise.all([
      engine.errorOf(engine.write('kms/other/key/k', PURPOSE)),
      engine.errorOf(engine.write('kms/aws/key/k', { purpose: 'sign' })),
      engine.errorOf(engine.write('kms/aws/key/k', { ...PURPOSE, protection: 'software' })),
      engine.errorOf(engine.request('delete', 'kms/aws')),
      engine.errorOf(engine.request('delete', 'key/k')),
    ]);
    expect(errors).toEqual([
      expect.stringMatching(/distributed to KMS "aws" already/),
      expect.stringMatching(/with purpose decrypt,encrypt, which cannot be changed/),
      expect.stringMatching(/with protection hsm, which cannot be changed/),
      expect.stringMatching(/still holds the key k/),
      expect.stringMatching(/is distributed to KMS "aws": remove it there first/),
    ]);
    expect(states()).toEqual(['key-1 enabled']);
  });

  it('creates one KMS key for identical concurrent requests', async () => {
    await Promise.all([distribute(), distribute(), distribute()]);
    expect(states()).toEqual(['key-1 enabled']);
  });

  it('a tick deletes material of a key whose creation crashed', async () => {
    await storage.put(keyChange('unborn', 'creation'));
    await storage.put({ key: 'material/unborn/1', value: Buffer.of(1, 2, 3) });
    const afterRestart = await start();
    await afterRestart.tick();
    expect(storage.keys().filter((key) => key.startsWith('material/'))).toEqual(['material/k/1']);
  });

  it('DELETE key/:name deletes all material', async () => {
    await engine.write('key/k/rotate');
    await engine.write('key/k', { deletion_allowed: true });
    await engine.request('delete', 'key/k');
    expect(storage.keys()).toEqual(['kms/aws']);
  });
});
