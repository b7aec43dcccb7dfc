import { createDecipheriv, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  ListKeysCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
} from '@aws-sdk/client-kms';
import { encryptionContextAad, parseCiphertext } from '../../dev/aws-kms/ciphertext.ts';
import { startKms, type Kms, type KmsOptions } from '../../dev/aws-kms/kms.ts';
import { ALICE, given, importMaterial, importParameters, kmsClient, newKey, REGION, wrapOaep } from './client.ts';

const DAY = 24 * 60 * 60 * 1000;

describe('embedded KMS', () => {
  let kms: Kms;
  let time: number;
  const start = async (options: Partial<KmsOptions> = {}): Promise<void> => {
    await kms.close();
    kms = await startKms({ accessKeys: [ALICE], clock: { now: () => time }, ...options });
  };
  beforeEach(async () => {
    time = Date.parse('2030-01-01T00:00:00Z');
    kms = await startKms({ accessKeys: [ALICE], clock: { now: () => time } });
  });
  afterEach(async () => {
    await kms.close();
  });

  it('encrypts with AES-256-GCM and the imported bytes', async () => {
    const client = kmsClient(kms.url);
    const material = randomBytes(32);
    const KeyId = await newKey(client);
    await importMaterial(client, KeyId, material);
    const EncryptionContext = { b: '2', a: '1' };
    const sealed = await client.send(
      new EncryptCommand({ KeyId, Plaintext: Buffer.from('secret'), EncryptionContext }),
    );
    const { keyId, iv, tag, ciphertext } = parseCiphertext(Buffer.from(given(sealed.CiphertextBlob)));
    const decipher = createDecipheriv('aes-256-gcm', material, iv).setAuthTag(tag);
    decipher.setAAD(encryptionContextAad(EncryptionContext));
    expect(keyId).toBe(KeyId);
    expect(Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString()).toBe('secret');
    expect(encryptionContextAad(EncryptionContext)).toEqual(Buffer.from('\0\x01a\0\x011\0\x01b\0\x012'));
  });

  it('does not decrypt with another KMS key of the same material', async () => {
    const client = kmsClient(kms.url);
    const material = randomBytes(32);
    const [one, two] = [await newKey(client), await newKey(client)];
    for (const keyId of [one, two]) await importMaterial(client, keyId, material);
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: one, Plaintext: Buffer.from('x') }));
    await expect(client.send(new DecryptCommand({ CiphertextBlob, KeyId: two }))).rejects.toMatchObject({
      name: 'IncorrectKeyException',
    });
  });

  it('expires material by its clock and then accepts only the same bytes', async () => {
    const client = kmsClient(kms.url);
    const material = randomBytes(32);
    const KeyId = await newKey(client);
    const expiring = { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: new Date(time + 2 * DAY) } as const;
    await importMaterial(client, KeyId, material, expiring);
    time += 2 * DAY - 1;
    expect(kms.keys(REGION)[0]).toMatchObject({ state: 'Enabled', hasMaterial: true });
    time += 1;
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({ KeyState: 'PendingImport' });
    expect(KeyMetadata).not.toHaveProperty('ValidTo');
    await expect(importMaterial(client, KeyId, randomBytes(32))).rejects.toMatchObject({
      name: 'IncorrectKeyMaterialException',
    });
    await importMaterial(client, KeyId, material);
    expect(kms.keys(REGION)[0]).toMatchObject({ state: 'Enabled', hasMaterial: true });
  });

  it('expires an import token after 24 hours', async () => {
    const client = kmsClient(kms.url);
    const KeyId = await newKey(client);
    const { token, publicKey } = await importParameters(client, KeyId);
    const command = new ImportKeyMaterialCommand({
      KeyId,
      ImportToken: token,
      EncryptedKeyMaterial: wrapOaep(publicKey, randomBytes(32)),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    time += DAY;
    await expect(client.send(command)).rejects.toMatchObject({ name: 'ExpiredImportTokenException' });
    time -= 1;
    await client.send(command);
  });

  it('deletes a KMS key and its aliases after the waiting period', async () => {
    const client = kmsClient(kms.url);
    const KeyId = await newKey(client);
    await client.send(new CreateAliasCommand({ AliasName: 'alias/gone', TargetKeyId: KeyId }));
    await client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect(kms.aliases(REGION)).toEqual({ 'alias/gone': KeyId });
    time += 7 * DAY;
    expect(kms.keys(REGION)).toEqual([]);
    expect(kms.aliases(REGION)).toEqual({});
    await expect(client.send(new DescribeKeyCommand({ KeyId }))).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('rejects more than 50 aliases of a KMS key', async () => {
    const client = kmsClient(kms.url);
    const KeyId = await newKey(client);
    for (let number = 0; number < 50; number++) {
      await client.send(new CreateAliasCommand({ AliasName: `alias/${number}`, TargetKeyId: KeyId }));
    }
    await expect(
      client.send(new CreateAliasCommand({ AliasName: 'alias/50', TargetKeyId: KeyId })),
    ).rejects.toMatchObject({ name: 'LimitExceededException' });
  });

  it('rejects more than 50 tags of a KMS key', async () => {
    const client = kmsClient(kms.url);
    const tags = Array.from({ length: 50 }, (_, number) => ({ TagKey: `t${number}`, TagValue: '' }));
    const KeyId = await newKey(client, { Tags: tags });
    const one = [{ TagKey: 'one more', TagValue: '' }];
    await expect(client.send(new TagResourceCommand({ KeyId, Tags: one }))).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
  });

  it('denies actions outside the user policy with the message of AWS', async () => {
    await start({ accessKeys: [{ ...ALICE, allow: ['CreateKey', 'ListKeys'] }] });
    const client = kmsClient(kms.url);
    const keyId = await newKey(client);
    await client.send(new ListKeysCommand({}));
    const user = `User: arn:aws:iam::000000000000:user/application is not authorized to perform: `;
    await expect(client.send(new DescribeKeyCommand({ KeyId: keyId }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `${user}kms:DescribeKey on resource: arn:aws:kms:${REGION}:000000000000:key/${keyId} because no identity-based policy allows the kms:DescribeKey action`,
    });
    const tagged = new CreateKeyCommand({ Origin: 'EXTERNAL', Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    await expect(client.send(tagged)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `${user}kms:TagResource on resource: * because no identity-based policy allows the kms:TagResource action`,
    });
    expect(kms.keys(REGION)).toHaveLength(1);
  });

  it('throttles by action and Region and recovers over time', async () => {
    await start({ quotas: { GetParametersForImport: 1 } });
    const client = kmsClient(kms.url);
    const elsewhere = kmsClient(kms.url, ALICE, 'eu-west-1');
    const [here, there] = [await newKey(client), await newKey(elsewhere)];
    const ask = (KeyId: string): GetParametersForImportCommand =>
      new GetParametersForImportCommand({
        KeyId,
        WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
        WrappingKeySpec: 'RSA_2048',
      });
    await client.send(ask(here));
    await expect(client.send(ask(here))).rejects.toMatchObject({ name: 'ThrottlingException' });
    await elsewhere.send(ask(there));
    time += 1000;
    await client.send(ask(here));
  });

  it('returns NotFoundException for the first look-ups of a new KMS key', async () => {
    await start({ consistency: { lookups: 2 } });
    const client = kmsClient(kms.url);
    const KeyId = await newKey(client);
    const outcomes = [];
    for (let look = 0; look < 3; look++) {
      outcomes.push(
        await client.send(new DescribeKeyCommand({ KeyId })).then(
          () => 'found',
          (error: unknown) => (error as Error).name,
        ),
      );
    }
    expect(outcomes).toEqual(['NotFoundException', 'NotFoundException', 'found']);
  });
});
