import { createPrivateKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { factsOf } from './algorithms.ts';
import type { Algorithm } from './enums.ts';

/**
 * Why these bytes are no material for the algorithm; undefined if they are: 32 bytes, or an unencrypted PKCS#8 private
 * key in DER of the right kind (Formatting keys for import).
 */
export function unfitMaterial(algorithm: Algorithm, bytes: Buffer): string | undefined {
  const facts = factsOf(algorithm);
  if (facts.kind === 'aes') return bytes.length === 32 ? undefined : MALFORMED;
  const key = privateKeyOf(bytes);
  if (key === undefined) return MALFORMED;
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const fits =
    facts.kind === 'rsa'
      ? key.asymmetricKeyType === 'rsa' && modulusLength === facts.bits
      : key.asymmetricKeyType === 'ec' && namedCurve === facts.curve;
  return fits ? undefined : MALFORMED;
}

/** The reason that Cloud KMS gives (Troubleshooting failed imports). */
export const MALFORMED = "The key material in the import request couldn't be unwrapped or wasn't formatted correctly.";

/** @throws {Error} for bytes that unfitMaterial refuses */
export function keyOf(pkcs8: Buffer): KeyObject {
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
}

function privateKeyOf(pkcs8: Buffer): KeyObject | undefined {
  try {
    return keyOf(pkcs8);
  } catch {
    return undefined;
  }
}

/** Material of a key that is not imported. */
export function generateMaterial(algorithm: Algorithm): Buffer {
  const facts = factsOf(algorithm);
  if (facts.kind === 'aes') return randomBytes(32);
  const { privateKey } =
    facts.kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: facts.bits })
      : generateKeyPairSync('ec', { namedCurve: facts.curve });
  return privateKey.export({ format: 'der', type: 'pkcs8' });
}
