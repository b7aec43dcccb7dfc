import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keyMaterial } from '../../../src/crypto/key-material.ts';
import { keyTransferBlob } from '../../../src/providers/azure/byok.ts';
import { isSameKey, privateJwk, publicJwk } from '../../../src/providers/azure/jwk.ts';

const folder = mkdtempSync(join(tmpdir(), 'byok-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const openssl = (...args: readonly string[]): Buffer =>
  execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });

const kek = generateKeyPairSync('rsa', { modulusLength: 2048 });
const kid = 'https://my-vault.vault.azure.net/keys/kek/0123456789abcdef0123456789abcdef';
const { n = '', e = '' } = kek.publicKey.export({ format: 'jwk' });
const pkcs8 = (pair: { privateKey: ReturnType<typeof generateKeyPairSync>['privateKey'] }): Buffer =>
  pair.privateKey.export({ format: 'der', type: 'pkcs8' });

describe('the key transfer blob (.byok)', () => {
  it.each<[string, () => Buffer]>([
    ['an RSA key', () => pkcs8(generateKeyPairSync('rsa', { modulusLength: 3072 }))],
    ['an EC key', () => pkcs8(generateKeyPairSync('ec', { namedCurve: 'P-521' }))],
    ['32 bytes', () => randomBytes(32)],
  ])('holds %s as the openssl CLI unwraps it', (_what, make) => {
    const plain = make();
    const text = Buffer.from(keyTransferBlob({ kid, n, e }, keyMaterial(Buffer.from(plain))), 'base64url').toString();
    const blob = JSON.parse(text) as { readonly ciphertext: string };
    // Microsoft, "Bring your own key specification": the members of the file.
    expect(blob).toEqual({
      schema_version: '1.0.0',
      header: { kid, alg: 'dir', enc: 'CKM_RSA_AES_KEY_WRAP' },
      ciphertext: expect.stringMatching(/^[\w-]+$/) as string,
      generator: expect.any(String) as string,
    });
    const ciphertext = Buffer.from(blob.ciphertext, 'base64url');
    const key = file('kek.pem', kek.privateKey.export({ format: 'pem', type: 'pkcs8' }));
    const oaep = ['-pkeyopt', 'rsa_padding_mode:oaep', '-pkeyopt', 'rsa_oaep_md:sha1', '-pkeyopt', 'rsa_mgf1_md:sha1'];
    const aes = openssl('pkeyutl', '-decrypt', '-inkey', key, ...oaep, '-in', file('key', ciphertext.subarray(0, 256)));
    expect(aes).toHaveLength(32);
    const wrapped = file('material', ciphertext.subarray(256));
    const unwrapped = openssl(
      'enc',
      '-d',
      '-id-aes256-wrap-pad',
      '-K',
      aes.toString('hex'),
      '-iv',
      'A65959A6',
      '-in',
      wrapped,
    );
    expect(unwrapped.equals(plain)).toBe(true);
  });

  it('is refused for a KEK that is too short', () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
    expect(() => keyTransferBlob({ kid, n: short.n ?? '', e: short.e ?? '' }, keyMaterial(randomBytes(32)))).toThrow(
      'a wrapping key is RSA of 2048 bits or more',
    );
  });
});

describe('keys as JWK', () => {
  it('have all members of a private RSA key, as openssl prints them', () => {
    const der = pkcs8(generateKeyPairSync('rsa', { modulusLength: 2048 }));
    const jwk = privateJwk(keyMaterial(der));
    expect(Object.keys(jwk).sort()).toEqual(['d', 'dp', 'dq', 'e', 'kty', 'n', 'p', 'q', 'qi']);
    const printed = openssl('rsa', '-inform', 'DER', '-in', file('rsa.der', der), '-noout', '-modulus').toString();
    const modulus = Buffer.from(jwk.n ?? '', 'base64url').toString('hex');
    expect(printed.trim().toLowerCase()).toBe(`modulus=${modulus}`);
  });

  it('are compared as numbers, whatever zeros stand before them', () => {
    const material = (): ReturnType<typeof keyMaterial> =>
      keyMaterial(pkcs8(generateKeyPairSync('rsa', { modulusLength: 2048 })));
    const [one, other] = [publicJwk('rsa-2048', material()), publicJwk('rsa-2048', material())];
    const padded = {
      ...one,
      n: Buffer.concat([Buffer.of(0), Buffer.from(one?.n ?? '', 'base64url')]).toString('base64url'),
    };
    expect(isSameKey(one ?? {}, padded)).toBe(true);
    expect(isSameKey(one ?? {}, other ?? {})).toBe(false);
    expect(isSameKey(one ?? {}, {})).toBe(false);
    expect(isSameKey({}, {})).toBe(false);
  });

  it('differ by their curve', () => {
    const point = { x: 'AQ', y: 'Ag' };
    expect(isSameKey({ crv: 'P-256', ...point }, { crv: 'P-256', ...point })).toBe(true);
    expect(isSameKey({ crv: 'P-256', ...point }, { crv: 'P-384', ...point })).toBe(false);
  });

  it('have no public key where they are symmetric', () => {
    expect(publicJwk('aes256-gcm96', keyMaterial(randomBytes(32)))).toBeUndefined();
  });
});
