import { constants, createDecipheriv, privateDecrypt, type KeyObject } from 'node:crypto';

export type OaepHash = 'sha1' | 'sha256';

/** RSAES-OAEP (RFC 8017 §7.1): empty label, MGF1 with the same hash. @throws {Error} for what is not under this key */
export function openOaep(privateKey: KeyObject, oaepHash: OaepHash, wrapped: Buffer): Buffer {
  return privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, wrapped);
}

/**
 * Opens what PKCS#11 calls CKM_RSA_AES_KEY_WRAP: an AES key in OAEP, followed by the material in AES-KWP under it
 * (RFC 5649).
 *
 * @throws {Error} for what is not under this key
 */
export function openRsaAesKeyWrap(privateKey: KeyObject, oaepHash: OaepHash, wrapped: Buffer): Buffer {
  const modulusBytes = (privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const wrappingKey = openOaep(privateKey, oaepHash, wrapped.subarray(0, modulusBytes));
  try {
    return openKeyWrap(wrappingKey, wrapped.subarray(modulusBytes));
  } finally {
    wrappingKey.fill(0);
  }
}

/** AES-KWP unwrapping (RFC 5649 §4.2), by the length of the key-encryption key. */
function openKeyWrap(wrappingKey: Buffer, wrapped: Buffer): Buffer {
  const cipher = `id-aes${wrappingKey.length * 8}-wrap-pad`;
  const decipher = createDecipheriv(cipher, wrappingKey, Buffer.from('a65959a6', 'hex'));
  return Buffer.concat([decipher.update(wrapped), decipher.final()]);
}
