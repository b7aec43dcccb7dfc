import { constants, createHash, privateEncrypt, publicDecrypt, randomBytes, type KeyObject } from 'node:crypto';

/**
 * RSASSA-PSS (RFC 8017 §8.1) over a digest, which Node cannot sign or verify without hashing it again. MGF1 with the same
 * hash, a salt as long as the digest.
 *
 * @param hash its name in Node
 */
export function signPss(key: KeyObject, hash: string, digest: Buffer): Buffer {
  const salt = randomBytes(digest.length);
  const length = modulusBytes(key);
  const inner = innerHash(hash, digest, salt);
  const db = Buffer.alloc(length - digest.length - 1);
  db[db.length - salt.length - 1] = 1;
  salt.copy(db, db.length - salt.length);
  const masked = clearTopBit(xor(db, mgf1(hash, inner, db.length)));
  const encoded = Buffer.concat([masked, inner, Buffer.of(0xbc)]);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

export function verifyPss(key: KeyObject, hash: string, digest: Buffer, signature: Buffer): boolean {
  const length = modulusBytes(key);
  if (signature.length !== length) return false;
  const encoded = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  const masked = encoded.subarray(0, length - digest.length - 1);
  const inner = encoded.subarray(masked.length, -1);
  const db = clearTopBit(xor(masked, mgf1(hash, inner, masked.length)));
  const start = db.length - digest.length - 1;
  return (
    encoded.at(-1) === 0xbc &&
    ((masked[0] ?? 0) & 0x80) === 0 &&
    db.subarray(0, start).every((byte) => byte === 0) &&
    db[start] === 1 &&
    inner.equals(innerHash(hash, digest, db.subarray(start + 1)))
  );
}

const modulusBytes = (key: KeyObject): number => (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;

function innerHash(hash: string, digest: Buffer, salt: Buffer): Buffer {
  return createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
}

function mgf1(hash: string, seed: Buffer, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let counter = 0, bytes = 0; bytes < length; counter++) {
    const part = createHash(hash)
      .update(seed)
      .update(Buffer.of(0, 0, 0, counter))
      .digest();
    parts.push(part);
    bytes += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}

const xor = (one: Buffer, other: Buffer): Buffer => Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));

/** The encoded message has one bit less than the modulus. */
function clearTopBit(bytes: Buffer): Buffer {
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes;
}
