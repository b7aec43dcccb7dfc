import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { aesCmac } from './aes-cmac.ts';
import type { KeyMaterial } from './key-material.ts';
import type { KeyType } from './key-type.ts';

/** What two parties compare to see that they have the same key. */
export interface Fingerprint {
  /**
   * `aes-cmac`: a key check value, the leftmost 40 bits of AES-CMAC over a block of zeros, the most that ANSI X9.24-1
   * gives; `sha256-spki`: SHA-256 of the public key's SubjectPublicKeyInfo (RFC 5280 §4.1) in DER.
   */
  readonly method: 'aes-cmac' | 'sha256-spki';
  /** Hex; upper case for a key check value, as is usual there. */
  readonly value: string;
}

const CHECK_VALUE_BYTES = 5;

/** The fingerprint of key material. That of an AES key confirms a guess of the key, so it is not for everybody. */
export function materialFingerprint(type: KeyType, material: KeyMaterial): Fingerprint {
  const bytes = material.reveal();
  if (type === 'aes256-gcm96') {
    const mac = aesCmac(bytes, Buffer.alloc(16));
    return { method: 'aes-cmac', value: mac.toString('hex', 0, CHECK_VALUE_BYTES).toUpperCase() };
  }
  const privateKey = createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
  return { method: 'sha256-spki', value: spkiHash(createPublicKey(privateKey)) };
}

/** The fingerprint of a public key. @param publicKey PEM `PUBLIC KEY` */
export function publicKeyFingerprint(publicKey: string): Fingerprint {
  return { method: 'sha256-spki', value: spkiHash(createPublicKey(publicKey)) };
}

function spkiHash(key: ReturnType<typeof createPublicKey>): string {
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}
