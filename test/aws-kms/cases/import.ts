import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  ListKeyRotationsCommand,
  ReplicateKeyCommand,
  RotateKeyOnDemandCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { expect } from 'vitest';
import { importMaterial, importParameters, newKey, wrapOaep } from '../client.ts';
import { contractCases } from './contract-case.ts';

const DAY = 24 * 60 * 60 * 1000;

async function stateOf(client: KMSClient, KeyId: string): Promise<string | undefined> {
  return (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
}

/** A whole second, as some implementations take no fractions. */
const fromNow = (milliseconds: number): Date => new Date(Math.floor((Date.now() + milliseconds) / 1000) * 1000);

export const importCases = contractCases([
  ...(['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const).map((algorithm) => ({
    name: `32 bytes wrapped by openssl with ${algorithm} enable a key`,
    run: async (client: KMSClient) => {
      const keyId = await newKey(client);
      await importMaterial(client, keyId, randomBytes(32), {}, algorithm);
      expect(await stateOf(client, keyId)).toBe('Enabled');
    },
  })),
  {
    name: 'an RSA private key requires AES key wrapping, not OAEP alone',
    run: async (client) => {
      const keyId = await newKey(client, { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
      await expect(importParameters(client, keyId)).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const material = privateKey.export({ format: 'der', type: 'pkcs8' });
      await importMaterial(client, keyId, material, {}, 'RSA_AES_KEY_WRAP_SHA_256');
      expect(await stateOf(client, keyId)).toBe('Enabled');
    },
  },
  {
    name: 'a symmetric key rejects AES key wrapping',
    run: async (client) => {
      const keyId = await newKey(client);
      await expect(importParameters(client, keyId, 'RSA_AES_KEY_WRAP_SHA_256')).rejects.toMatchObject({
        name: 'UnsupportedOperationException',
      });
    },
  },
  {
    name: 'a P-521 key rejects OAEP with RSA_2048',
    run: async (client) => {
      const keyId = await newKey(client, { KeySpec: 'ECC_NIST_P521', KeyUsage: 'SIGN_VERIFY' });
      await expect(importParameters(client, keyId)).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
    },
  },
  {
    name: 'a key of Origin AWS_KMS rejects imports',
    run: async (client) => {
      const keyId = await newKey(client, { Origin: 'AWS_KMS' });
      await expect(importParameters(client, keyId)).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
    },
  },
  {
    name: 'an import requires a key ID or key ARN, not an alias',
    run: async (client) => {
      await expect(
        client.send(
          new GetParametersForImportCommand({
            KeyId: 'alias/nobody',
            WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
            WrappingKeySpec: 'RSA_2048',
          }),
        ),
      ).rejects.toMatchObject({ name: 'NotFoundException' });
    },
  },
  ...[16, 31, 33].map((length) => ({
    name: `${length} bytes are no material for a symmetric key`,
    run: async (client: KMSClient) => {
      const keyId = await newKey(client);
      await expect(importMaterial(client, keyId, randomBytes(length))).rejects.toMatchObject({
        name: 'IncorrectKeyMaterialException',
      });
      expect(await stateOf(client, keyId)).toBe('PendingImport');
    },
  })),
  {
    name: 'material that the wrapping key did not wrap is rejected',
    run: async (client) => {
      const keyId = await newKey(client);
      await expect(
        importMaterial(client, keyId, randomBytes(32), { EncryptedKeyMaterial: randomBytes(256) }),
      ).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
    },
  },
  {
    name: 'an import token belongs to one key',
    run: async (client) => {
      const [mine, other] = [await newKey(client), await newKey(client)];
      const { token, publicKey } = await importParameters(client, other);
      await expect(
        client.send(
          new ImportKeyMaterialCommand({
            KeyId: mine,
            ImportToken: token,
            EncryptedKeyMaterial: wrapOaep(publicKey, randomBytes(32)),
            ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
          }),
        ),
      ).rejects.toMatchObject({ name: 'InvalidImportTokenException' });
    },
  },
  {
    name: 'an import token belongs to one public key',
    run: async (client) => {
      const keyId = await newKey(client);
      const [first, second] = [await importParameters(client, keyId), await importParameters(client, keyId)];
      await expect(
        client.send(
          new ImportKeyMaterialCommand({
            KeyId: keyId,
            ImportToken: first.token,
            EncryptedKeyMaterial: wrapOaep(second.publicKey, randomBytes(32)),
            ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
          }),
        ),
      ).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
    },
  },
  {
    name: 'material other than the first is rejected, while enabled and after deletion',
    run: async (client) => {
      const keyId = await newKey(client);
      const material = randomBytes(32);
      await importMaterial(client, keyId, material);
      const refused = { name: 'IncorrectKeyMaterialException' };
      const existing = { ImportType: 'EXISTING_KEY_MATERIAL' } as const;
      await expect(importMaterial(client, keyId, randomBytes(32), existing)).rejects.toMatchObject(refused);
      await client.send(new DeleteImportedKeyMaterialCommand({ KeyId: keyId }));
      expect(await stateOf(client, keyId)).toBe('PendingImport');
      await expect(importMaterial(client, keyId, randomBytes(32))).rejects.toMatchObject(refused);
    },
  },
  {
    name: 'the same material can be imported again',
    run: async (client) => {
      const keyId = await newKey(client);
      const material = randomBytes(32);
      await importMaterial(client, keyId, material);
      await client.send(new DeleteImportedKeyMaterialCommand({ KeyId: keyId }));
      await importMaterial(client, keyId, material);
      expect(await stateOf(client, keyId)).toBe('Enabled');
    },
  },
  {
    name: 'material expires by default and then requires ValidTo',
    run: async (client) => {
      const keyId = await newKey(client);
      await expect(
        importMaterial(client, keyId, randomBytes(32), { ExpirationModel: 'KEY_MATERIAL_EXPIRES' }),
      ).rejects.toMatchObject({ name: 'ValidationException' });
    },
  },
  {
    name: 'ValidTo is within the next 365 days',
    run: async (client) => {
      const keyId = await newKey(client);
      for (const ValidTo of [fromNow(-DAY), fromNow(366 * DAY)]) {
        await expect(
          importMaterial(client, keyId, randomBytes(32), { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo }),
        ).rejects.toMatchObject({ name: 'ValidationException' });
      }
    },
  },
  {
    name: 'DescribeKey returns when the material expires',
    run: async (client) => {
      const keyId = await newKey(client);
      const ValidTo = fromNow(300 * DAY);
      await importMaterial(client, keyId, randomBytes(32), { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo });
      const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: keyId }));
      expect(KeyMetadata).toMatchObject({ ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo });
    },
  },
  {
    name: 'new material of a multi-Region key can rotate once every replica has it',
    run: async (client, inRegion) => {
      const KeyId = await newKey(client, { MultiRegion: true });
      const [first, second] = [randomBytes(32), randomBytes(32)];
      await importMaterial(client, KeyId, first);
      await client.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-2' }));
      const there = inRegion('eu-west-2');
      await importMaterial(there, KeyId, first);
      const { KeyMaterialId } = await importMaterial(client, KeyId, second, { ImportType: 'NEW_KEY_MATERIAL' });
      const rotate = new RotateKeyOnDemandCommand({ KeyId });
      await expect(client.send(rotate)).rejects.toMatchObject({ name: 'KMSInvalidStateException' });
      await importMaterial(there, KeyId, second);
      await client.send(rotate);
      for (const where of [client, there]) {
        const { KeyMetadata } = await where.send(new DescribeKeyCommand({ KeyId }));
        expect(KeyMetadata).toMatchObject({ KeyState: 'Enabled', CurrentKeyMaterialId: KeyMaterialId });
      }
    },
  },
  {
    name: 'new material is pending until RotateKeyOnDemand',
    run: async (client) => {
      const KeyId = await newKey(client);
      const { KeyMaterialId: first } = await importMaterial(client, KeyId, randomBytes(32));
      const added = { ImportType: 'NEW_KEY_MATERIAL' } as const;
      const { KeyMaterialId: second } = await importMaterial(client, KeyId, randomBytes(32), added);
      await expect(importMaterial(client, KeyId, randomBytes(32), added)).rejects.toMatchObject({
        name: 'KMSInvalidStateException',
      });
      const current = async (): Promise<string | undefined> =>
        (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.CurrentKeyMaterialId;
      expect(await current()).toBe(first);
      await client.send(new RotateKeyOnDemandCommand({ KeyId }));
      expect(await current()).toBe(second);
      const { Rotations } = await client.send(
        new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }),
      );
      expect(Rotations?.map((rotation) => rotation.KeyMaterialState)).toEqual(['NON_CURRENT', 'CURRENT']);
    },
  },
]);
