import { createHmac, createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import {
  CreateAliasCommand,
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateMacCommand,
  GetPublicKeyCommand,
  ReEncryptCommand,
  SignCommand,
  VerifyCommand,
  VerifyMacCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { expect } from 'vitest';
import { given, importMaterial, newKey } from '../client.ts';
import { contractCases } from './contract-case.ts';

async function symmetricKey(client: KMSClient, material: Buffer = randomBytes(32)): Promise<string> {
  const keyId = await newKey(client);
  await importMaterial(client, keyId, material);
  return keyId;
}

const PLAINTEXT = Buffer.from('a plaintext');

export const useCases = contractCases([
  {
    name: 'what Encrypt seals Decrypt opens, with and without the key id',
    run: async (client) => {
      const KeyId = await symmetricKey(client);
      const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext: PLAINTEXT }));
      for (const named of [{}, { KeyId }]) {
        const { Plaintext } = await client.send(new DecryptCommand({ CiphertextBlob, ...named }));
        expect(Buffer.from(given(Plaintext))).toEqual(PLAINTEXT);
      }
    },
  },
  {
    name: 'an alias encrypts',
    run: async (client) => {
      const KeyId = await symmetricKey(client);
      const AliasName = `alias/use-${randomBytes(6).toString('hex')}`;
      await client.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
      const sealed = await client.send(new EncryptCommand({ KeyId: AliasName, Plaintext: PLAINTEXT }));
      expect(sealed.KeyId).toMatch(new RegExp(`:key/${KeyId}$`));
    },
  },
  {
    name: 'Decrypt wants the encryption context',
    run: async (client) => {
      const KeyId = await symmetricKey(client);
      const EncryptionContext = { tenant: 'a', purpose: 'b' };
      const { CiphertextBlob } = await client.send(
        new EncryptCommand({ KeyId, Plaintext: PLAINTEXT, EncryptionContext }),
      );
      await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { purpose: 'b', tenant: 'a' } }));
      await expect(client.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
        name: 'InvalidCiphertextException',
      });
    },
  },
  {
    name: 'a changed ciphertext is refused',
    run: async (client) => {
      const KeyId = await symmetricKey(client);
      const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext: PLAINTEXT }));
      const changed = Buffer.from(given(CiphertextBlob));
      changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
      await expect(client.send(new DecryptCommand({ CiphertextBlob: changed }))).rejects.toMatchObject({
        name: 'InvalidCiphertextException',
      });
    },
  },
  {
    name: 'Decrypt with another key id is refused',
    run: async (client) => {
      const [KeyId, other] = [await symmetricKey(client), await symmetricKey(client)];
      const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext: PLAINTEXT }));
      await expect(client.send(new DecryptCommand({ CiphertextBlob, KeyId: other }))).rejects.toMatchObject({
        name: 'IncorrectKeyException',
      });
    },
  },
  {
    name: 'nothing opens after the material is deleted, until it is back',
    run: async (client) => {
      const material = randomBytes(32);
      const KeyId = await symmetricKey(client, material);
      const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext: PLAINTEXT }));
      await client.send(new DeleteImportedKeyMaterialCommand({ KeyId }));
      await expect(client.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
        name: 'KMSInvalidStateException',
      });
      await importMaterial(client, KeyId, material);
      const { Plaintext } = await client.send(new DecryptCommand({ CiphertextBlob }));
      expect(Buffer.from(given(Plaintext))).toEqual(PLAINTEXT);
    },
  },
  {
    name: 'ReEncrypt moves a ciphertext to another key',
    run: async (client) => {
      const [from, to] = [await symmetricKey(client), await symmetricKey(client)];
      const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: from, Plaintext: PLAINTEXT }));
      const moved = await client.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: to }));
      const opened = await client.send(new DecryptCommand({ CiphertextBlob: moved.CiphertextBlob, KeyId: to }));
      expect(Buffer.from(given(opened.Plaintext))).toEqual(PLAINTEXT);
    },
  },
  {
    name: 'a data key comes in the clear and sealed',
    run: async (client) => {
      const KeyId = await symmetricKey(client);
      const { Plaintext, CiphertextBlob } = await client.send(
        new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }),
      );
      expect(Plaintext).toHaveLength(32);
      const opened = await client.send(new DecryptCommand({ CiphertextBlob }));
      expect(opened.Plaintext).toEqual(Plaintext);
    },
  },
  ...(['RSASSA_PKCS1_V1_5_SHA_256', 'RSASSA_PSS_SHA_256'] as const).map((SigningAlgorithm) => ({
    name: `an imported RSA key signs with ${SigningAlgorithm}`,
    run: async (client: KMSClient) => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const KeyId = await newKey(client, { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
      const material = privateKey.export({ format: 'der', type: 'pkcs8' });
      await importMaterial(client, KeyId, material, {}, 'RSA_AES_KEY_WRAP_SHA_256');
      const input = { KeyId, Message: PLAINTEXT, SigningAlgorithm };
      const { Signature } = await client.send(new SignCommand(input));
      expect(await client.send(new VerifyCommand({ ...input, Signature }))).toMatchObject({ SignatureValid: true });
      await expect(
        client.send(new VerifyCommand({ ...input, Message: randomBytes(9), Signature })),
      ).rejects.toMatchObject({ name: 'KMSInvalidSignatureException' });
    },
  })),
  {
    name: 'an imported EC key has its own public key and signs with it',
    run: async (client) => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      const KeyId = await newKey(client, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
      await importMaterial(client, KeyId, privateKey.export({ format: 'der', type: 'pkcs8' }));
      const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId }));
      const publicKey = createPublicKey(privateKey);
      expect(Buffer.from(given(PublicKey))).toEqual(publicKey.export({ format: 'der', type: 'spki' }));
      const { Signature } = await client.send(
        new SignCommand({ KeyId, Message: PLAINTEXT, SigningAlgorithm: 'ECDSA_SHA_256' }),
      );
      expect(verify('sha256', PLAINTEXT, publicKey, given(Signature))).toBe(true);
    },
  },
  {
    name: 'an imported HMAC key computes the HMAC of its bytes',
    run: async (client) => {
      const material = randomBytes(32);
      const KeyId = await newKey(client, { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
      await importMaterial(client, KeyId, material);
      const input = { KeyId, Message: PLAINTEXT, MacAlgorithm: 'HMAC_SHA_256' } as const;
      const { Mac } = await client.send(new GenerateMacCommand(input));
      expect(Buffer.from(given(Mac))).toEqual(createHmac('sha256', material).update(PLAINTEXT).digest());
      expect(await client.send(new VerifyMacCommand({ ...input, Mac }))).toMatchObject({ MacValid: true });
      await expect(client.send(new VerifyMacCommand({ ...input, Mac: randomBytes(32) }))).rejects.toMatchObject({
        name: 'KMSInvalidMacException',
      });
    },
  },
]);
