import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKeyVault, type KeyVault } from '../../dev/azure-key-vault/key-vault.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import { wrapRsaAesKwp } from '../../src/crypto/wrap-rsa-aes-kwp.ts';
import { ALICE, signedIn, type Send } from './client.ts';
import { opensslJudge, pythonJudge } from '../support/envelope-judges.ts';
import { ec, pkcs8, publicKeyOf, rsa, transferBlob } from './material.ts';

const MATERIAL: readonly (readonly [string, object, Buffer])[] = [
  ['RSA-2048', { kty: 'RSA-HSM' }, pkcs8(rsa())],
  ['RSA-4096', { kty: 'RSA-HSM' }, pkcs8(rsa(4096))],
  ['P-256', { kty: 'EC-HSM', crv: 'P-256' }, pkcs8(ec())],
  ['P-521', { kty: 'EC-HSM', crv: 'P-521' }, pkcs8(ec('P-521'))],
  ['AES-256', { kty: 'oct-HSM' }, randomBytes(32)],
];
const KEK_BITS = 3072;

describe.each([opensslJudge, await pythonJudge()])('$name', (judge) => {
  let keyVault: KeyVault;
  let send: Send;
  const rsaKeys = wrappingKeyRing(1);
  beforeAll(async () => {
    keyVault = await startKeyVault({ applications: [ALICE], vaults: [{ sku: 'managedHsm' }], rsaKeys });
    send = await signedIn(keyVault, ALICE, { resource: 'https://managedhsm.azure.net' });
    await send('POST', '/keys/kek/create', { kty: 'RSA-HSM', key_size: KEK_BITS, key_ops: ['import'] });
  });
  afterAll(() => keyVault.close());

  it.skipIf(judge.missing !== undefined).each(MATERIAL)(
    'wraps %s, and the embedded Key Vault unwraps it',
    async (name, key, material) => {
      const kek = await send('GET', '/keys/kek');
      const key_hsm = transferBlob(
        kek.body.key?.['kid'] ?? '',
        judge.wrap(publicKeyOf(kek.body.key), material, 'sha1'),
      );
      expect((await send('PUT', `/keys/${name}`, { key: { ...key, key_hsm } })).status).toBe(200);
      const held = keyVault
        .keys()
        .find((one) => one.name === name)
        ?.versions.at(-1)?.materialDigest;
      expect(held).toBe(createHash('sha256').update(material).digest('hex'));
    },
  );

  it.skipIf(judge.missing !== undefined).each(MATERIAL)(
    'unwraps %s as the engine wraps it',
    async (_name, _key, material) => {
      const { publicKey, privateKey } = await rsaKeys.take(KEK_BITS, 1);
      const wrapped = wrapRsaAesKwp(publicKey.export({ format: 'der', type: 'spki' }), material, 'sha1');
      expect(judge.unwrap(privateKey, wrapped, 'sha1').equals(material)).toBe(true);
    },
  );
});
