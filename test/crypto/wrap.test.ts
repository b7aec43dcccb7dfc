import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wrapRsaAesKwp } from '../../src/crypto/wrap-rsa-aes-kwp.ts';
import { wrapRsaOaepSha256 } from '../../src/crypto/wrap-rsa-oaep.ts';

describe('wrapRsaOaepSha256', () => {
  it('wraps what the openssl CLI unwraps as RSAES-OAEP with SHA-256', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 3072,
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7));
    const folder = mkdtempSync(join(tmpdir(), 'wrap-'));
    try {
      writeFileSync(join(folder, 'key.pem'), privateKey);
      writeFileSync(join(folder, 'blob'), wrapRsaOaepSha256(publicKey, bytes));
      const options = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256'];
      const unwrapped = execFileSync(
        'openssl',
        ['pkeyutl', '-decrypt', '-inkey', 'key.pem', '-in', 'blob', ...options.flatMap((each) => ['-pkeyopt', each])],
        { cwd: folder },
      );
      expect(unwrapped.equals(bytes)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  const rsa = (modulusLength: number): Buffer =>
    generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ type: 'spki', format: 'der' });

  it('makes another blob of the same bytes each time, as long as the modulus', () => {
    const publicKey = rsa(2048);
    const [one, other] = [
      wrapRsaOaepSha256(publicKey, Buffer.alloc(32)),
      wrapRsaOaepSha256(publicKey, Buffer.alloc(32)),
    ];
    expect([one.length, other.length]).toEqual([256, 256]);
    expect(one.equals(other)).toBe(false);
  });

  it('takes 66 bytes less than the modulus has, and not one more', () => {
    const publicKey = rsa(2048);
    expect(wrapRsaOaepSha256(publicKey, Buffer.alloc(190))).toHaveLength(256);
    expect(() => wrapRsaOaepSha256(publicKey, Buffer.alloc(191))).toThrow();
  });

  it('refuses a wrapping key that is weak, of another kind or none', () => {
    const weak = rsa(1024);
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });
    const signing = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey.export({
      type: 'spki',
      format: 'der',
    });
    for (const key of [weak, curve, signing])
      expect(() => wrapRsaOaepSha256(key, Buffer.alloc(32))).toThrow('RSA of 2048 bits');
    expect(() => wrapRsaOaepSha256(Buffer.from('nonsense'), Buffer.alloc(32))).toThrow();
  });
});

describe('wrapRsaAesKwp', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 3072,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const files = (use: (folder: string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), 'wrap-'));
    try {
      use(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it.each([
    ['sha256', 32],
    ['sha256', 1217],
    ['sha1', 138],
    ['sha1', 1],
  ] as const)(
    'wraps what the openssl CLI unwraps as OAEP with %s and AES key wrap with padding, %d bytes',
    (hash, size) => {
      const bytes = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7) % 256));
      files((cwd) => {
        const wrapped = wrapRsaAesKwp(publicKey, bytes, hash);
        expect(wrapped.length).toBe(384 + 8 + Math.ceil(size / 8) * 8);
        writeFileSync(join(cwd, 'key.pem'), privateKey);
        writeFileSync(join(cwd, 'ephemeral'), wrapped.subarray(0, 384));
        writeFileSync(join(cwd, 'material'), wrapped.subarray(384));
        const oaep = ['rsa_padding_mode:oaep', `rsa_oaep_md:${hash}`, `rsa_mgf1_md:${hash}`];
        const options = oaep.flatMap((each) => ['-pkeyopt', each]);
        const decrypt = ['pkeyutl', '-decrypt', '-inkey', 'key.pem', '-in', 'ephemeral', ...options];
        const ephemeral = execFileSync('openssl', decrypt, { cwd });
        expect(ephemeral.length).toBe(32);
        const unwrap = ['enc', '-d', '-id-aes256-wrap-pad', '-iv', 'A65959A6', '-K', ephemeral.toString('hex')];
        expect(execFileSync('openssl', [...unwrap, '-in', 'material'], { cwd }).equals(bytes)).toBe(true);
      });
    },
  );

  it('takes DER as well, makes another blob each time, and refuses what is no strong RSA key', () => {
    const rsa = (modulusLength: number): Buffer =>
      generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ type: 'spki', format: 'der' });
    const der = rsa(2048);
    const [one, other] = [der, der].map((key) => wrapRsaAesKwp(key, Buffer.alloc(32), 'sha256'));
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(false);
    expect(() => wrapRsaAesKwp(rsa(1024), Buffer.alloc(32), 'sha256')).toThrow('RSA of 2048 bits or more');
    const { publicKey: curve } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = curve.export({ type: 'spki', format: 'pem' });
    expect(() => wrapRsaAesKwp(pem, Buffer.alloc(32), 'sha256')).toThrow('RSA of 2048 bits or more');
  });
});
