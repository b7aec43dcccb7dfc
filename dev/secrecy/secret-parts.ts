import { createPrivateKey, type JsonWebKey } from 'node:crypto';

/** Secret bytes that every encoding of a secret contains in one run. */
export interface SecretPart {
  /** Empty for the secret itself; of a private key, the name of the number in a JWK (RFC 7518 §6). */
  readonly name: string;
  readonly bytes: Buffer;
}

/** The numbers of a private key that its public key does not have. */
const PRIVATE_NUMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const satisfies readonly (keyof JsonWebKey)[];

/**
 * What to look for. Of a private key (PKCS#8 DER) these are its private numbers: whatever it is written as (PKCS#8,
 * PKCS#1, SEC1, JWK), they are in it, while the rest is public and may be shown.
 */
export function secretParts(bytes: Buffer): readonly SecretPart[] {
  const key = privateKey(bytes);
  if (key === undefined) return [{ name: '', bytes }];
  return PRIVATE_NUMBERS.flatMap((name) => {
    const number = key[name];
    return number === undefined ? [] : [{ name, bytes: Buffer.from(number, 'base64url') }];
  });
}

function privateKey(bytes: Buffer): JsonWebKey | undefined {
  const SEQUENCE = 0x30;
  if (bytes[0] !== SEQUENCE) return undefined;
  try {
    return createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
  } catch {
    return undefined;
  }
}
