import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { materialFingerprint, publicKeyFingerprint } from '../../src/crypto/fingerprint.ts';
import { keyGenerator } from '../../src/crypto/generate-key.ts';
import { keyMaterial } from '../../src/crypto/key-material.ts';

const openssl = (input: Buffer, ...command: string[]): Buffer => execFileSync('openssl', command, { input });

describe('fingerprint', () => {
  it('of an AES key is the leftmost ten hex digits of its CMAC over zeros, as the openssl CLI makes it', () => {
    const key = randomBytes(32);
    const options = ['-cipher', 'AES-256-CBC', '-macopt', `hexkey:${key.toString('hex')}`];
    const mac = openssl(Buffer.alloc(16), 'mac', ...options, '-in', '-', 'CMAC').toString();
    const fingerprint = materialFingerprint('aes256-gcm96', keyMaterial(Buffer.from(key)));
    expect(fingerprint).toEqual({ method: 'aes-cmac', value: mac.slice(0, 10) });
  });

  it.each(['rsa-2048', 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'] as const)(
    'of an %s key is the same for both halves, and the hash of the public key that the openssl CLI derives',
    async (type) => {
      const { material, publicKey = '' } = await keyGenerator()(type);
      const spki = openssl(material.reveal(), 'pkey', '-inform', 'DER', '-pubout', '-outform', 'DER');
      const value = createHash('sha256').update(spki).digest('hex');
      expect(materialFingerprint(type, material)).toEqual({ method: 'sha256-spki', value });
      expect(publicKeyFingerprint(publicKey)).toEqual({ method: 'sha256-spki', value });
    },
  );
});
