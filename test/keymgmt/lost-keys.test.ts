import { beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, type LogFields } from '../../src/support/logger.ts';
import { AES, distribute, distributedKey, writeKey, type DistributedKey } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

describe('a key whose record is missing in storage', () => {
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let engine: Engine;
  let warnings: (readonly [string, LogFields])[];
  let start: DistributedKey['start'];
  /** @returns puts the record back */
  const lose = async (path: string): Promise<() => Promise<void>> => {
    const entry = await storage.get(path);
    await storage.delete(path);
    return async () => {
      if (entry) await storage.put(entry);
    };
  };
  const material = (): readonly string[] => storage.keys().filter((key) => key.startsWith('material/'));

  beforeEach(async () => {
    ({ engine, cloud, storage, start } = await distributedKey({
      versions: 2,
      logger: { ...silentLogger, warn: (message, fields = {}) => void warnings.push([message, fields]) },
    }));
    await writeKey(engine, { key: 'other', versions: 2 });
    await distribute(engine, 'other');
    warnings = [];
  });

  it.each([true, false])(
    'keeps its material (immediate tick: %s) and works again when the record is restored',
    async (now) => {
      const putBack = await lose('key/k');
      engine = await start();
      await engine.tick(now);
      await engine.tick(now);
      expect(material()).toEqual(['material/k/1', 'material/k/2', 'material/other/1', 'material/other/2']);
      await putBack();
      await engine.write('key/k/rotate');
      expect(await engine.read('kms/aws/key/k/status')).toMatchObject({
        verdict: 'in_sync',
      });
    },
  );

  it('is logged once per process, and ticks continue with other keys', async () => {
    await engine.write('key/only-here', AES);
    cloud.fault = (action) => (action === 'import' ? { when: 'before', reason: 'forbidden' } : undefined);
    await engine.errorOf(engine.write('key/other/rotate'));
    cloud.fault = () => undefined;
    await lose('key/k');
    await lose('key/only-here');
    warnings = [];
    engine = await start();
    await engine.tick(false);
    await engine.tick(false);
    expect(warnings).toEqual([
      ['a key is distributed, but its record is missing in storage', { key: 'k', kms: 'aws' }],
      ['records of keys are missing in storage; their material is kept', { count: 2, keys: 'k,only-here' }],
    ]);
    expect([...cloud.objects.values()].map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'enabled'));
  });

  it('is listed under lost-key/ with its versions and KMS', async () => {
    await lose('key/k');
    expect((await engine.request('list', 'lost-key/'))?.data).toEqual({
      keys: ['k'],
    });
    expect(await engine.read('lost-key/k')).toEqual({
      versions: [1, 2],
      kms: ['aws'],
    });
    expect(await engine.read('lost-key/other')).toBeUndefined();
  });

  it.each(['create', 'delete'] as const)('makes %s of a key of that name fail', async (operation) => {
    await lose('key/k');
    const answer = operation === 'create' ? engine.write('key/k', AES) : engine.request('delete', 'key/k');
    expect(await engine.errorOf(answer)).toBe(
      'the record of key "k" is missing, but storage holds the material of 2 of its versions and its distribution to ' +
        'KMS "aws": restore the record at key/k from a snapshot, use another name, or give the key up with: ' +
        'vault delete <mount>/lost-key/k',
    );
    expect(material()).toContain('material/k/2');
  });

  it('makes creation fail even if only the distribution remains', async () => {
    await lose('key/k');
    for (const path of ['material/k/1', 'material/k/2']) await lose(path);
    expect(await engine.errorOf(engine.write('key/k', AES))).toMatch(/storage holds its distribution to KMS "aws": /);
  });

  it('DELETE lost-key/:name deletes its material once it is not distributed', async () => {
    await lose('key/k');
    expect(await engine.errorOf(engine.request('delete', 'lost-key/k'))).toMatch(
      /^key "k", whose record is missing, is distributed to KMS "aws": forget that first/,
    );
    await lose('distribution/aws/k');
    const answer = await engine.request('delete', 'lost-key/k');
    expect(answer?.warnings).toEqual(['the material of 2 versions of key "k" is deleted for good']);
    expect(storage.keys().filter((key) => /\bk\b/.test(key.replace(/^key\//, '')))).toEqual([]);
    await engine.write('key/k', AES);
  });

  it('DELETE lost-key/:name does not delete a key that has its record', async () => {
    expect(await engine.request('delete', 'lost-key/k')).toBeUndefined();
    expect(material()).toHaveLength(4);
  });

  it('a restored older record cannot be rotated over newer material', async () => {
    const older = await storage.get('key/k');
    await engine.write('key/k/rotate');
    const newest = await storage.get('material/k/3');
    if (older) await storage.put(older);
    expect(await engine.errorOf(engine.write('key/k/rotate', { force: true }))).toBe(
      'the record of key "k" ends with version 2, but KMS "aws" holds version 3: restore the newer record at key/k, or ' +
        'remove the key from the KMS first',
    );
    expect(await storage.get('material/k/3')).toEqual(newest);
  });

  it('a restored older record is shown by the versions that it does not know', async () => {
    const older = await storage.get('key/k');
    await engine.write('key/k/rotate');
    if (older) await storage.put(older);
    expect(await engine.read('kms/aws/key/k/status')).toMatchObject({
      versions: { 2: { verdict: 'in_sync' }, 3: { expected: 'disabled', observed: 'enabled', verdict: 'enabled' } },
    });
  });

  it('a rotation that a restored older record refuses is not tried again', async () => {
    await engine.tick(false);
    const older = await storage.get('key/k');
    await engine.write('key/k/rotate');
    if (older) await storage.put(older);
    expect(await engine.errorOf(engine.write('key/k/rotate'))).toContain('ends with version 2');
    warnings.length = 0;
    await engine.tick(false);
    expect(warnings).toEqual([]);
  });

  it('a restored older record does not move the alias back', async () => {
    const older = await storage.get('key/k');
    await engine.write('key/k/rotate');
    if (older) await storage.put(older);
    const names = structuredClone(cloud.names);
    await engine.tick();
    expect(await engine.errorOf(engine.write('kms/aws/key/k/sync'))).toContain('ends with version 2');
    expect(cloud.names).toEqual(names);
    await engine.request('delete', 'kms/aws/key/k');
    expect([...cloud.names.values()]).toEqual(['key-4']);
  });

  it('does not make the tick fail, even if its distribution cannot be read', async () => {
    await lose('key/k');
    await storage.put({ key: 'distribution/aws/k', value: Buffer.from('{') });
    const work = engine.tick();
    await expect(work).resolves.toBeUndefined();
  });

  it('is reported as unreadable beside the other keys in the status of its KMS', async () => {
    await lose('key/k');
    const status = await engine.read('kms/aws/status');
    expect(status).toMatchObject({ verdicts: { in_sync: 1, unreadable: 1 } });
    expect(status?.['keys']).toMatchObject({
      k: {
        verdict: 'unreadable',
        why: 'key "k" is distributed to KMS "aws", but its record is missing in storage',
      },
    });
  });
});
