import { execFileSync } from 'node:child_process';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { keyGenerator } from '../../src/crypto/generate-key.ts';
import { keyMaterial, withMaterial } from '../../src/crypto/key-material.ts';
import { isKeyType, KEY_TYPES } from '../../src/crypto/key-type.ts';

const openssl = (input: Buffer | string, ...args: readonly string[]): string =>
  execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString('utf8');

describe('keyGenerator', () => {
  const generateKey = keyGenerator();

  it.each([
    ['rsa-2048', /2048 bit/],
    ['rsa-3072', /3072 bit/],
    ['rsa-4096', /4096 bit/],
    ['ecdsa-p256', /NIST CURVE: P-256/],
    ['ecdsa-p384', /NIST CURVE: P-384/],
    ['ecdsa-p521', /NIST CURVE: P-521/],
  ] as const)('makes a %s key that openssl reads, with its public half as PKIX PEM', async (type, text) => {
    const { material, publicKey } = await generateKey(type);
    const der = material.reveal();
    expect(openssl(der, 'pkey', '-inform', 'DER', '-noout', '-text')).toMatch(text);
    expect(openssl(der, 'pkey', '-inform', 'DER', '-pubout')).toBe(publicKey);
    expect(publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n[^]+\n-----END PUBLIC KEY-----\n$/);
    // PKCS#8, not the older forms, is what clouds import.
    expect(openssl(der, 'pkcs8', '-inform', 'DER', '-nocrypt', '-topk8', '-outform', 'PEM')).toContain(
      'BEGIN PRIVATE KEY',
    );
  });

  it('makes AES keys of 32 random bytes without a public half', async () => {
    const [one, other] = [await generateKey('aes256-gcm96'), await generateKey('aes256-gcm96')];
    expect(one.publicKey).toBeUndefined();
    expect(one.material.reveal()).toHaveLength(32);
    expect(one.material.reveal().equals(other.material.reveal())).toBe(false);
    expect(one.material.reveal().equals(Buffer.alloc(32))).toBe(false);
  });

  it('knows its types', () => {
    expect(KEY_TYPES.every(isKeyType)).toBe(true);
    expect(isKeyType('aes128-gcm96')).toBe(false);
  });
});

describe('keyMaterial', () => {
  it('zeroes the very bytes it was given, and gives them no more', () => {
    const bytes = Buffer.from('secret');
    const material = keyMaterial(bytes);
    expect(material.reveal()).toBe(bytes);
    material.destroy();
    expect(bytes).toEqual(Buffer.alloc(6));
    expect(() => material.reveal()).toThrow('used after it was destroyed');
  });

  it('prints as redacted wherever it ends up', () => {
    const material = keyMaterial(Buffer.from('secret'));
    const hex = Buffer.from('secret').toString('hex');
    for (const text of [material.toString(), JSON.stringify({ material }), inspect({ material })]) {
      expect(text).toContain('[redacted]');
      expect(text).not.toMatch(new RegExp(`secret|${hex}`));
    }
  });

  it('is zeroed when its use ends, also in a failure', async () => {
    const bytes = Buffer.from('secret');
    await expect(
      withMaterial(keyMaterial(bytes), async () => {
        throw new Error('the cloud is down');
      }),
    ).rejects.toThrow('the cloud is down');
    expect(bytes).toEqual(Buffer.alloc(6));
    expect(await withMaterial(keyMaterial(Buffer.from('x')), async (held) => held.reveal().toString())).toBe('x');
  });
});
