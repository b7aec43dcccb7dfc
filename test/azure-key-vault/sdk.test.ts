import { createHash, randomBytes, verify } from 'node:crypto';
import { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKeyVault, type KeyVault } from '../../dev/azure-key-vault/key-vault.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import { ALICE, askToken, secretOf } from './client.ts';
import { ec, jwk, pkcs8, publicKeyOf, rsa, transferBlob, wrap } from './material.ts';

/** Of a JSON Web Key, as the SDK has them. */
const bytesOf = (text = ''): Uint8Array => Buffer.from(text, 'base64url');

/** Microsoft's own SDK reads and writes the wire, a second reading beside that of the documents. */
describe('@azure/keyvault-keys with the embedded Key Vault', () => {
  let keyVault: KeyVault;
  let client: KeyClient;
  const credential = {
    async getToken() {
      const { body } = await askToken(keyVault, secretOf(ALICE));
      return { token: String(body['access_token']), expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };
  // The SDK wants HTTPS, and the host of a vault of Azure's.
  const options = { allowInsecureConnection: true, disableChallengeResourceVerification: true };
  beforeAll(async () => {
    keyVault = await startKeyVault({
      applications: [ALICE],
      consistency: { lookups: 1 },
      rsaKeys: wrappingKeyRing(),
    });
    client = new KeyClient(keyVault.url, credential, options);
  });
  afterAll(() => keyVault.close());

  it('answers the challenge, makes a key exchange key and imports with it', async () => {
    const kek = await client.createKey('kek', 'RSA-HSM', { keySize: 2048, keyOps: ['import'] });
    expect(keyVault.calls().map(({ action }) => action)).toEqual(['Authentication', 'Token', 'KeyCreate']);
    const { n, e } = kek.key ?? {};
    const publicKey = publicKeyOf({ n: text(n), e: text(e) });
    const material = rsa();
    const blob = Buffer.from(transferBlob(kek.id ?? '', wrap(publicKey, pkcs8(material))), 'base64url');
    const made = await client.importKey('rsa', { kty: 'RSA-HSM', t: blob }, { enabled: false, tags: { of: 'sdk' } });
    expect(text(made.key?.n)).toBe(jwk(material).n);
    expect(made.properties).toMatchObject({
      enabled: false,
      tags: { of: 'sdk' },
      recoveryLevel: 'Recoverable+Purgeable',
    });
    const version = made.properties.version ?? '';
    const enabled = await client.updateKeyProperties('rsa', version, { enabled: true });
    expect(enabled.properties).toMatchObject({ enabled: true, version });
  });

  it('imports software keys, of which the last is current, and lists the versions', async () => {
    const { kty: _kty, crv: _crv, ...members } = jwk(ec());
    const { d, x, y } = members;
    const key = { kty: 'EC', crv: 'P-256', d: bytesOf(d), x: bytesOf(x), y: bytesOf(y) } as const;
    const first = await client.importKey('ec', key);
    const second = await client.importKey('ec', key);
    expect((await client.getKey('ec')).id).toBe(second.id);
    expect((await client.getKey('ec', { version: first.properties.version ?? '' })).id).toBe(first.id);
    const listed: (string | undefined)[] = [];
    for await (const page of client.listPropertiesOfKeyVersions('ec').byPage({ maxPageSize: 1 })) {
      listed.push(...page.map(({ id }) => id));
    }
    expect(listed.sort()).toEqual([first.id, second.id].sort());
  });

  it('signs with an imported key', async () => {
    const key = ec();
    const { d, x, y } = jwk(key);
    const made = await client.importKey('signing', {
      kty: 'EC',
      crv: 'P-256',
      d: bytesOf(d),
      x: bytesOf(x),
      y: bytesOf(y),
    });
    const message = randomBytes(20);
    const digest = createHash('sha256').update(message).digest();
    const cryptography = new CryptographyClient(made.id ?? '', credential, options);
    const { result } = await cryptography.sign('ES256', digest);
    expect(verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, result)).toBe(true);
  });

  it('waits for a deletion and a recovery, and understands errors', async () => {
    const { d, x, y } = jwk(ec());
    const key = { kty: 'EC', crv: 'P-256', d: bytesOf(d), x: bytesOf(x), y: bytesOf(y) } as const;
    await client.importKey('gone', key);
    const poller = await client.beginDeleteKey('gone', { intervalInMs: 1 });
    const deleted = await poller.pollUntilDone();
    expect(deleted.properties.recoveryId).toBe(`${keyVault.url}/deletedkeys/gone`);
    await expect(client.importKey('gone', key)).rejects.toMatchObject({ statusCode: 409, code: 'Conflict' });
    await expect(client.getKey('gone')).rejects.toMatchObject({ statusCode: 404, code: 'KeyNotFound' });
    const recovering = await client.beginRecoverDeletedKey('gone', { intervalInMs: 1 });
    expect((await recovering.pollUntilDone()).name).toBe('gone');
    keyVault.permit(ALICE.clientId, ['get']);
    await expect(client.importKey('gone', key)).rejects.toMatchObject({
      statusCode: 403,
      message: expect.stringContaining('does not have keys import permission') as string,
    });
    keyVault.permit(ALICE.clientId, undefined);
  });
});

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('base64url');
