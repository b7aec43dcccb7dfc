import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';

const MIN_MODULUS_BITS = 2048;
const AES_KEY_BYTES = 32;
/** The alternative initial value of RFC 5649 §3, which AES Key Wrap with Padding begins with. */
const KWP_PREFIX = Buffer.from('a65959a6', 'hex');

/**
 * Wraps bytes by `CKM_RSA_AES_KEY_WRAP` (PKCS #11 v3.0 §2.1.21): an ephemeral AES-256 key, wrapped with RSAES-OAEP (RFC 8017
 * §7.1; MGF1 with the same hash, empty label), followed by the bytes, wrapped with that key by AES Key Wrap with Padding
 * (RFC 5649). Google Cloud calls it `RSA_OAEP_4096_SHA256_AES_256`, with SHA-256; Azure's BYOK specification takes SHA-1.
 *
 * @param publicKey RSA of 2048 bits or more: PEM, or DER SubjectPublicKeyInfo (RFC 5280 §4.1)
 * @param bytes one or more
 * @throws {Error} for a key that is not RSA, or too short
 */
export function wrapRsaAesKwp(publicKey: string | Uint8Array, bytes: Uint8Array, oaepHash: 'sha1' | 'sha256'): Buffer {
  const key = createPublicKey(
    typeof publicKey === 'string' ? publicKey : { key: Buffer.from(publicKey), format: 'der', type: 'spki' },
  );
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== 'rsa' || modulusLength < MIN_MODULUS_BITS) {
    throw new Error(`a wrapping key is RSA of ${MIN_MODULUS_BITS} bits or more`);
  }
  const ephemeral = randomBytes(AES_KEY_BYTES);
  try {
    const wrappedKey = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, ephemeral);
    const cipher = createCipheriv('id-aes256-wrap-pad', ephemeral, KWP_PREFIX);
    return Buffer.concat([wrappedKey, cipher.update(bytes), cipher.final()]);
  } finally {
    ephemeral.fill(0);
  }
}
