import { beforeEach, describe, expect, it } from 'vitest';
import { startEngine, type Engine } from '../support/engine.ts';
import { AES, AWS } from '../support/distributed-key.ts';
import { modelCloud } from '../support/model-cloud.ts';

/** What UIs, Terraform and forms send for a field that the user left empty. */
describe.each([null, ''])('a field set to %j is treated as unset', (empty) => {
  let engine: Engine;

  const done = async (path: string, data: Readonly<Record<string, string | boolean | null>>): Promise<void> => {
    expect(await engine.errorOf(engine.write(path, data))).toBeUndefined();
  };

  beforeEach(async () => {
    engine = await startEngine({ drivers: modelCloud().drivers });
    await done('key/k', { type: 'aes256-gcm96', deletion_allowed: true });
    await done('kms/aws', AWS);
    await done('kms/aws/key/k', { purpose: 'encrypt,decrypt', protection: 'hsm' });
  });

  it('on creation: the defaults apply', async () => {
    const nothing = { type: empty, deletion_allowed: empty, min_enabled_version: empty, replica_regions: empty };
    await done('key/new', nothing);
    expect(await engine.read('key/new')).toMatchObject({
      type: 'rsa-2048',
      deletion_allowed: false,
      min_enabled_version: 1,
    });
    await done('key/aes', { ...nothing, type: 'aes256-gcm96' });
    await done('kms/aws/key/aes', { purpose: 'encrypt,decrypt', protection: empty });
    expect(await engine.read('kms/aws/key/aes')).toMatchObject({ protection: 'hsm' });
  });

  it('on update of a key: nothing changes', async () => {
    await done('key/k/rotate', {});
    await done('key/k', { min_enabled_version: '2' });
    const before = await engine.read('key/k');
    await done('key/k', { type: empty, deletion_allowed: empty, min_enabled_version: empty, replica_regions: empty });
    expect(await engine.read('key/k')).toEqual(before);
    expect(before).toMatchObject({ min_enabled_version: 2, deletion_allowed: true });
  });

  it('on update of a KMS: nothing changes', async () => {
    await done('kms/aws', { provider: empty, key_collection: empty });
    expect(await engine.read('kms/aws')).toEqual(AWS);
  });

  it('on a repeated distribution: nothing changes', async () => {
    const before = await engine.read('kms/aws/key/k');
    await done('kms/aws/key/k', { purpose: empty, protection: empty });
    expect(await engine.read('kms/aws/key/k')).toEqual(before);
  });

  it('a required field is reported as missing', async () => {
    const key = AES;
    await done('key/new', key);
    const first = engine.write('kms/aws/key/new', { purpose: empty });
    expect(await engine.errorOf(first)).toMatch(/purpose is required/);
    const kms = engine.write('kms/new', { provider: 'awskms', key_collection: empty });
    expect(await engine.errorOf(kms)).toMatch(/key_collection is required/);
    const other = engine.write('kms/new', { provider: empty, key_collection: 'us-west-1' });
    expect(await engine.errorOf(other)).toMatch(/provider is required/);
  });
});
