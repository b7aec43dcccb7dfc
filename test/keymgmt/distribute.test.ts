import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/logical/index.ts';
import { AWS, distributedKey } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

describe('POST kms/:name/key/:key', () => {
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let engine: Engine;

  beforeEach(async () => {
    ({ engine, cloud, storage } = await distributedKey({ distributed: false }));
    await engine.write('kms/other', AWS);
  });
  const purpose = 'encrypt,decrypt';
  const distribute = (data: JsonObject = { purpose }, kms = 'aws'): Promise<string | undefined> =>
    engine.errorOf(engine.write(`kms/${kms}/key/k`, data));

  it.each([
    ['a missing KMS', 'kms/none/key/k', 'KMS "none" not found: write it to kms/none first'],
    ['a missing key', 'kms/aws/key/none', 'key "none" not found: create it at key/none first'],
  ])('refuses %s and names the remedy', async (_what, path, text) => {
    expect(await engine.errorOf(engine.write(path, { purpose }))).toBe(text);
  });

  it.each<[string, JsonObject, string]>([
    ['another purpose', { purpose: 'sign' }, 'with purpose decrypt,encrypt, which cannot be changed'],
    ['another protection', { protection: 'software' }, 'with protection hsm, which cannot be changed'],
  ])('refuses %s for a distributed key and names the remedy', async (_what, data, text) => {
    await distribute();
    const before = cloud.calls.length;
    expect(await distribute(data)).toBe(
      `key "k" is distributed to KMS "aws" ${text}: remove it first with: vault delete <mount>/kms/aws/key/k`,
    );
    expect(cloud.calls).toHaveLength(before);
  });

  it.each<[string, JsonObject]>([
    ['the same parameters', { purpose, protection: 'hsm' }],
    ['the purposes in another order', { purpose: 'decrypt,encrypt,decrypt' }],
    ['an empty purpose', { purpose: '', protection: 'hsm' }],
    ['only the protection', { protection: 'hsm' }],
  ])('accepts %s for a distributed key and makes no KMS call', async (_what, data) => {
    await distribute();
    const before = cloud.calls.length;
    expect(await distribute(data)).toBeUndefined();
    expect(cloud.calls).toHaveLength(before);
  });

  it('refuses a second KMS until the key is removed from the first', async () => {
    await distribute();
    expect(await distribute({ purpose }, 'other')).toMatch(
      /^key "k" is .*KMS "aws".*: remove it there first with: vault delete <mount>\/kms\/aws\/key\/k$/,
    );
    await engine.request('delete', 'kms/aws/key/k');
    expect(await distribute({ purpose }, 'other')).toBeUndefined();
    expect(await engine.read('kms/other/key/k')).toMatchObject({ versions: { 1: 'key-2' } });
  });

  it('refuses a distribution whose removal is incomplete; a second DELETE finishes the removal', async () => {
    await distribute();
    cloud.fault = (action) => (action === 'remove' ? { when: 'before', reason: 'forbidden' } : undefined);
    expect(await engine.errorOf(engine.request('delete', 'kms/aws/key/k'))).toMatch(
      /^removal of key "k" from KMS "aws" is incomplete: .*; done: remove the name; left: schedule the deletion of version 1\./,
    );
    cloud.fault = () => undefined;
    expect(await distribute()).toBe('key "k" is being removed from KMS "aws": delete it again to finish that');
    expect(await engine.read('kms/aws/key/k/status')).toMatchObject({
      verdict: 'removing',
      versions: { 1: { expected: 'deleted', verdict: 'enabled' } },
    });
    const puts = cloud.calls.length;
    expect(await engine.errorOf(engine.request('delete', 'kms/aws/key/k'))).toBeUndefined();
    expect(cloud.calls.slice(puts)).toEqual(['remove key-1']);
  });

  it.each([
    ['key/k', 'key "k" is distributed to KMS "aws", but its record is missing in storage'],
    ['kms/aws', 'key "k" is distributed to KMS "aws", but that KMS is missing in storage'],
  ])('status fails with the cause when the record at %s is missing', async (record, text) => {
    await distribute();
    await storage.delete(record);
    await expect(engine.read('kms/aws/key/k/status')).rejects.toThrow(text);
  });

  it('DELETE does not remove the alias when it points to a KMS key of another owner', async () => {
    await distribute();
    const names = cloud.names as Map<string, string>;
    const [ours = ''] = names.keys();
    names.set(ours, 'a-stranger');
    await engine.request('delete', 'kms/aws/key/k');
    expect([...names]).toEqual([[ours, 'a-stranger']]);
  });
});
