import { generateKeyPairSync, randomFillSync } from 'node:crypto';
import { assertNever } from '../support/assert-never.ts';
import { keyMaterial, type KeyMaterial } from './key-material.ts';
import type { KeyType } from './key-type.ts';
import { rsaGenerator, type RsaGeneratorLimits } from './rsa-generator.ts';

/** A fresh key: the secret, and for asymmetric types the PKIX public key (PEM `PUBLIC KEY`, with trailing newline). */
export interface GeneratedKey {
  readonly material: KeyMaterial;
  readonly publicKey?: string;
}

/**
 * Makes key material of a type; a port, so that tests can count calls or give known bytes.
 *
 * @throws {TooManyGenerationsError} where it would have to wait behind too many others
 * @throws the signal's reason, once it is aborted
 */
export type KeyGenerator = (type: KeyType, signal?: AbortSignal) => Promise<GeneratedKey>;

/**
 * Generates with OpenSSL's CSPRNG. RSA keys, which take up to seconds, are made beside the event loop, a few at a time;
 * all others at once. None is made in libuv's threads: name look-ups wait in the same four.
 */
export function keyGenerator(limits?: RsaGeneratorLimits): KeyGenerator {
  const generateRsa = rsaGenerator(limits);
  return async (type, signal) => {
    signal?.throwIfAborted();
    switch (type) {
      case 'aes256-gcm96':
        return { material: keyMaterial(randomFillSync(Buffer.alloc(32))) };
      case 'rsa-2048':
      case 'rsa-3072':
      case 'rsa-4096':
        return generateRsa(Number(type.slice('rsa-'.length)), signal);
      case 'ecdsa-p256':
      case 'ecdsa-p384':
      case 'ecdsa-p521': {
        const { publicKey, privateKey } = generateKeyPairSync('ec', {
          namedCurve: `P-${type.slice('ecdsa-p'.length)}`,
          publicKeyEncoding: { type: 'spki', format: 'pem' },
          privateKeyEncoding: { type: 'pkcs8', format: 'der' },
        });
        return { material: keyMaterial(privateKey), publicKey };
      }
      default:
        return assertNever(type);
    }
  };
}
