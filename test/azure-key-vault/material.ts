import {
  constants,
  createCipheriv,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';

/** Generated once in a test file, because RSA takes its time. */
export const rsa = (bits = 2048): KeyObject => generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;

export const ec = (namedCurve = 'P-256'): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey;

export const pkcs8 = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'pkcs8' });

export const jwk = (key: KeyObject): JsonWebKey => key.export({ format: 'jwk' });

/** What a client wraps with: the public members of a key exchange key. */
export function publicKeyOf(key: Readonly<Record<string, unknown>> | undefined): KeyObject {
  return createPublicKey({ key: { kty: 'RSA', n: String(key?.['n']), e: String(key?.['e']) }, format: 'jwk' });
}

/** CKM_RSA_AES_KEY_WRAP. @param oaepHash the BYOK specification has SHA-1 */
export function wrap(exchangeKey: KeyObject, material: Buffer, oaepHash = 'sha1'): Buffer {
  const ephemeral = randomBytes(32);
  const cipher = createCipheriv('id-aes256-wrap-pad', ephemeral, Buffer.from('a65959a6', 'hex'));
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return Buffer.concat([
    publicEncrypt({ key: exchangeKey, padding, oaepHash }, ephemeral),
    cipher.update(material),
    cipher.final(),
  ]);
}

/** A key transfer blob. @param changes members that replace those of the specification */
export function transferBlob(kid: string, ciphertext: Buffer, changes: Readonly<Record<string, unknown>> = {}): string {
  const file = {
    schema_version: '1.0.0',
    header: { kid, alg: 'dir', enc: 'CKM_RSA_AES_KEY_WRAP' },
    ciphertext: ciphertext.toString('base64url'),
    generator: 'test 1.0',
    ...changes,
  };
  return Buffer.from(JSON.stringify(file)).toString('base64url');
}
