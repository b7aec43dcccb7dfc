import { generateKeyPair, randomFill } from 'node:crypto';
import { promisify } from 'node:util';
import { assertNever } from '../support/assert-never.ts';
import { keyMaterial, type KeyMaterial } from './key-material.ts';
import type { KeyType } from './key-type.ts';

/** A fresh key: the secret, and for asymmetric types the PKIX public key (PEM `PUBLIC KEY`, with trailing newline). */
export interface GeneratedKey {
  readonly material: KeyMaterial;
  readonly publicKey?: string;
}

/** Makes key material of a type; a port, so that tests can count calls or give known bytes. */
export type KeyGenerator = (type: KeyType) => Promise<GeneratedKey>;

const fill = promisify<Buffer, Buffer>(randomFill);

const encoding = {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
} as const;

/** Generates with OpenSSL's CSPRNG, off the event loop: an RSA-4096 key takes seconds and must not stall other mounts. */
export const generateKey: KeyGenerator = async (type) => {
  switch (type) {
    case 'aes256-gcm96':
      return { material: keyMaterial(await fill(Buffer.alloc(32))) };
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return pair((done) => {
        generateKeyPair('rsa', { modulusLength: Number(type.slice('rsa-'.length)), ...encoding }, done);
      });
    case 'ecdsa-p256':
    case 'ecdsa-p384':
    case 'ecdsa-p521':
      return pair((done) => {
        generateKeyPair('ec', { namedCurve: `P-${type.slice('ecdsa-p'.length)}`, ...encoding }, done);
      });
    default:
      return assertNever(type);
  }
};

type PairCallback = (error: Error | null, publicKey: string, privateKey: Buffer) => void;

function pair(generate: (done: PairCallback) => void): Promise<GeneratedKey> {
  return new Promise((resolve, reject) => {
    generate((error, publicKey, privateKey) => {
      if (error) reject(error);
      else resolve({ material: keyMaterial(privateKey), publicKey });
    });
  });
}
