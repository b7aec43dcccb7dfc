import { constants, createPublicKey, publicEncrypt } from 'node:crypto';

const MIN_MODULUS_BITS = 2048;

/**
 * Wraps bytes with RSAES-OAEP (RFC 8017 §7.1): SHA-256, MGF1 with SHA-256, empty label, as AWS KMS calls
 * `RSAES_OAEP_SHA_256`.
 *
 * @param publicKey DER SubjectPublicKeyInfo (RFC 5280 §4.1), RSA
 * @param bytes at most the modulus' length less 66
 * @throws {Error} for a key that is not RSA of 2048 bits or more, and for too many bytes
 */
export function wrapRsaOaepSha256(publicKey: Uint8Array, bytes: Uint8Array): Buffer {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== 'rsa' || modulusLength < MIN_MODULUS_BITS) {
    throw new Error(`a wrapping key is RSA of ${MIN_MODULUS_BITS} bits or more`);
  }
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, bytes);
}
