import { createHash, randomBytes, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKeyVault, type KeyVault } from '../../dev/azure-key-vault/key-vault.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import { ALICE, errorOf, signedIn, type Answer, type Send } from './client.ts';
import { ec, pkcs8, publicKeyOf, rsa, transferBlob, wrap } from './material.ts';

describe('import of a key transfer blob', () => {
  let keyVault: KeyVault;
  let send: Send;
  let kid: string;
  let exchangeKey: KeyObject;
  const material = rsa();
  beforeAll(async () => {
    const vaults = [{}, { name: 'other' }];
    keyVault = await startKeyVault({ applications: [ALICE], vaults, rsaKeys: wrappingKeyRing() });
    send = await signedIn(keyVault);
    const made = await send('POST', '/keys/kek/create', { kty: 'RSA-HSM', key_size: 2048, key_ops: ['import'] });
    kid = made.body.key?.['kid'] ?? '';
    exchangeKey = publicKeyOf(made.body.key);
  });
  afterAll(() => keyVault.close());

  const importBlob = (name: string, key_hsm: string, key: object = {}): Promise<Answer> =>
    send('PUT', `/keys/${name}`, { key: { kty: 'RSA-HSM', key_hsm, ...key }, attributes: {} });
  const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const heldBy = (name: string): string | undefined =>
    keyVault
      .keys()
      .find((key) => key.name === name)
      ?.versions.at(-1)?.materialDigest;

  it('unwraps an RSA key and shows its public half', async () => {
    const made = await importBlob('rsa', transferBlob(kid, wrap(exchangeKey, pkcs8(material))));
    expect(made).toMatchObject({ status: 200, body: { attributes: { enabled: true, hsmPlatform: '2' } } });
    expect(made.body.key).toMatchObject({ kty: 'RSA-HSM', n: material.export({ format: 'jwk' }).n });
    expect(made.body.key).not.toHaveProperty('d');
    expect(made.body.key?.['kid']).toMatch(new RegExp(`^${keyVault.url}/keys/rsa/[0-9a-f]{32}$`));
    expect(heldBy('rsa')).toBe(digestOf(pkcs8(material)));
  });

  it.each(['P-256', 'P-384', 'P-521'])('unwraps an EC key on %s', async (crv) => {
    const key = ec(crv);
    const blob = transferBlob(kid, wrap(exchangeKey, pkcs8(key)));
    const name = `ec-${crv}`;
    const made = await importBlob(name, blob, { kty: 'EC-HSM', crv, key_ops: ['sign', 'verify'] });
    expect(made).toMatchObject({ status: 200, body: { key: { kty: 'EC-HSM', crv, key_ops: ['sign', 'verify'] } } });
    expect(heldBy(name)).toBe(digestOf(pkcs8(key)));
    expect(errorOf(await importBlob(`${name}-2`, blob, { kty: 'EC-HSM' }))).toMatchObject({ code: 'BadParameter' });
  });

  it.each([
    ['OAEP with SHA-256', () => transferBlob(kid, wrap(exchangeKey, pkcs8(material), 'sha256'))],
    ['bare ciphertext', () => wrap(exchangeKey, pkcs8(material)).toString('base64url')],
    ['another schema', () => transferBlob(kid, wrap(exchangeKey, pkcs8(material)), { schema_version: '1.0' })],
    ['PKCS#1', () => transferBlob(kid, wrap(exchangeKey, material.export({ format: 'der', type: 'pkcs1' })))],
    ['an RSA key of 1024 bits', () => transferBlob(kid, wrap(exchangeKey, pkcs8(rsa(1024))))],
    ['an EC key', () => transferBlob(kid, wrap(exchangeKey, pkcs8(ec())))],
    ['raw bytes', () => transferBlob(kid, wrap(exchangeKey, randomBytes(32)))],
    ['a kid without version', () => transferBlob(kid.slice(0, -33), wrap(exchangeKey, pkcs8(material)))],
    [
      'the kid of another host',
      () =>
        transferBlob(kid.replace(keyVault.url, 'https://other.vault.azure.net'), wrap(exchangeKey, pkcs8(material))),
    ],
    ['standard base64 with padding signs', () => `${transferBlob(kid, wrap(exchangeKey, pkcs8(material)))}+/`],
    ['another enc', () => withHeader({ enc: 'CKM_AES_KEY_WRAP' })],
    ['another alg', () => withHeader({ alg: 'RSA-OAEP' })],
    ['a truncated ciphertext', () => transferBlob(kid, wrap(exchangeKey, pkcs8(material)).subarray(0, -8))],
  ])('refuses %s', async (_what, blob) => {
    expect(errorOf(await importBlob('refused', blob()))).toMatchObject({ status: 400, code: 'BadParameter' });
    expect(heldBy('refused')).toBeUndefined();
  });
  const withHeader = (change: object): string =>
    transferBlob(kid, wrap(exchangeKey, pkcs8(material)), {
      header: { kid, alg: 'dir', enc: 'CKM_RSA_AES_KEY_WRAP', ...change },
    });

  it('refuses a key exchange key of another vault, a deleted one, and a key for encryption', async () => {
    const other = await signedIn(keyVault, ALICE, { vault: 'other' });
    const elsewhere = await other('POST', '/keys/kek/create', { kty: 'RSA-HSM', key_ops: ['import'] });
    const usual = await send('POST', '/keys/usual/create', { kty: 'RSA-HSM' });
    const gone = await send('POST', '/keys/gone/create', { kty: 'RSA-HSM', key_ops: ['import'] });
    await send('DELETE', '/keys/gone');
    for (const { body } of [elsewhere, usual, gone]) {
      const ciphertext = wrap(publicKeyOf(body.key), pkcs8(material));
      const answer = await importBlob('refused', transferBlob(body.key?.['kid'] ?? '', ciphertext));
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    expect(heldBy('refused')).toBeUndefined();
  });

  it('makes key exchange keys that can do nothing else', async () => {
    const create = (body: object): Promise<Answer> => send('POST', '/keys/k/create', { kty: 'RSA-HSM', ...body });
    expect(errorOf(await create({ key_ops: ['import', 'encrypt'] }))).toMatchObject({ code: 'BadParameter' });
    expect(errorOf(await create({ kty: 'RSA', key_ops: ['import'] }))).toMatchObject({ code: 'BadParameter' });
    expect(errorOf(await send('PATCH', '/keys/kek', { key_ops: ['encrypt'] }))).toMatchObject({ code: 'BadParameter' });
    const value = randomBytes(16).toString('base64url');
    expect(errorOf(await send('POST', '/keys/kek/encrypt', { alg: 'RSA-OAEP', value }))).toMatchObject({
      status: 403,
      inner: 'KeyOperationForbidden',
    });
  });
});

describe('a vault of SKU standard', () => {
  it('has no keys in an HSM', async () => {
    const keyVault = await startKeyVault({ applications: [ALICE], vaults: [{ sku: 'standard' }] });
    const send = await signedIn(keyVault);
    const answer = await send('POST', '/keys/kek/create', { kty: 'RSA-HSM', key_ops: ['import'] });
    expect(errorOf(answer)).toMatchObject({ status: 400 });
    await keyVault.close();
  });
});

describe('a Managed HSM', () => {
  it('takes AES keys as raw bytes', async () => {
    const vaults = [{ sku: 'managedHsm' as const }];
    const keyVault = await startKeyVault({ applications: [ALICE], vaults, rsaKeys: wrappingKeyRing() });
    const send = await signedIn(keyVault, ALICE, { resource: 'https://managedhsm.azure.net' });
    const kek = await send('POST', '/keys/kek/create', { kty: 'RSA-HSM', key_ops: ['import'] });
    const material = randomBytes(32);
    const blob = (bytes: Buffer): string =>
      transferBlob(kek.body.key?.['kid'] ?? '', wrap(publicKeyOf(kek.body.key), bytes));
    const made = await send('PUT', '/keys/aes', { key: { kty: 'oct-HSM', key_hsm: blob(material) } });
    expect(made.body.key).toMatchObject({ kty: 'oct-HSM', key_ops: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] });
    expect(made.body.key).not.toHaveProperty('k');
    const odd = await send('PUT', '/keys/odd', { key: { kty: 'oct-HSM', key_hsm: blob(randomBytes(31)) } });
    expect(errorOf(odd)).toMatchObject({ code: 'BadParameter' });
    const value = Buffer.from('secret').toString('base64url');
    const sealed = await send('POST', '/keys/aes/encrypt', { alg: 'A256GCM', value });
    const { value: ciphertext, iv, tag } = sealed.body;
    const opened = await send('POST', '/keys/aes/decrypt', { alg: 'A256GCM', value: ciphertext, iv, tag });
    expect(opened.body.value).toBe(value);
    await keyVault.close();
  });
});
