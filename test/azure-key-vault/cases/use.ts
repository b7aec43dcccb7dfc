import {
  constants,
  createHash,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { expect } from 'vitest';
import { errorOf, type Answer } from '../client.ts';
import { ec, jwk, rsa } from '../material.ts';
import { contractCases, type Stage } from './contract-case.ts';

const rsaKey = rsa(3072);

async function imported({ send, newName }: Stage, key: KeyObject, key_ops?: readonly string[]): Promise<string> {
  const { kty } = jwk(key);
  const made = await send('PUT', `/keys/${newName()}`, { key: { ...jwk(key), kty, ...(key_ops && { key_ops }) } });
  expect(made.status).toBe(200);
  return new URL(made.body.key?.['kid'] ?? '').pathname;
}

const bytesOf = (answer: Answer): Buffer => Buffer.from(String(answer.body.value), 'base64url');

const paddings = {
  RS: { padding: constants.RSA_PKCS1_PADDING },
  PS: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  ES: { dsaEncoding: 'ieee-p1363' },
} as const;

/** The service signs a digest; Node's own signatures of the message are the judge, in both directions. */
async function signs(stage: Stage, algorithm: string, key: KeyObject): Promise<void> {
  const path = await imported(stage, key);
  const hash = `sha${algorithm.slice(2)}`;
  const options = { key, ...paddings[algorithm.slice(0, 2) as keyof typeof paddings] };
  const message = randomBytes(100);
  const digest = createHash(hash).update(message).digest().toString('base64url');
  const signed = await stage.send('POST', `${path}/sign`, { alg: algorithm, value: digest });
  expect(signed).toMatchObject({ status: 200, body: { kid: `${stage.url}${path}` } });
  expect(verify(hash, message, options, bytesOf(signed))).toBe(true);
  const value = sign(hash, message, options);
  const check = (signature: Buffer): Promise<Answer> =>
    stage.send('POST', `${path}/verify`, { alg: algorithm, digest, value: signature.toString('base64url') });
  expect((await check(value)).body.value).toBe(true);
  value[10] = (value[10] ?? 0) ^ 1;
  expect((await check(value)).body.value).toBe(false);
  const short = Buffer.alloc(5).toString('base64url');
  expect((await stage.send('POST', `${path}/sign`, { alg: algorithm, value: short })).status).toBe(400);
}

export const useCases = contractCases([
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((algorithm) => ({
    name: `signs and verifies ${algorithm}`,
    run: (stage: Stage) => signs(stage, algorithm, rsaKey),
  })),
  ...[
    ['ES256', 'P-256'],
    ['ES384', 'P-384'],
    ['ES512', 'P-521'],
  ].map(([algorithm = '', curve = '']) => ({
    name: `signs and verifies ${algorithm}`,
    run: (stage: Stage) => signs(stage, algorithm, ec(curve)),
  })),
  ...[
    ['RSA-OAEP', 'sha1'],
    ['RSA-OAEP-256', 'sha256'],
  ].map(([alg = '', oaepHash = '']) => ({
    name: `encrypts, decrypts, wraps and unwraps with ${alg}`,
    run: async (stage: Stage) => {
      const path = await imported(stage, rsaKey);
      const plaintext = randomBytes(32);
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      for (const [forward, back] of [
        ['encrypt', 'decrypt'],
        ['wrapkey', 'unwrapkey'],
      ]) {
        const value = plaintext.toString('base64url');
        const sealed = await stage.send('POST', `${path}/${forward}`, { alg, value });
        expect(privateDecrypt({ key: rsaKey, padding, oaepHash }, bytesOf(sealed))).toEqual(plaintext);
        const own = publicEncrypt({ key: rsaKey, padding, oaepHash }, plaintext).toString('base64url');
        expect(bytesOf(await stage.send('POST', `${path}/${back}`, { alg, value: own }))).toEqual(plaintext);
      }
    },
  })),
  {
    name: 'decrypts with an older version, which the caller names',
    run: async (stage) => {
      const old = await imported(stage, rsaKey);
      const name = old.split('/')[2] ?? '';
      const value = randomBytes(16).toString('base64url');
      const sealed = await stage.send('POST', `${old}/encrypt`, { alg: 'RSA-OAEP-256', value });
      await stage.send('PUT', `/keys/${name}`, { key: jwk(rsa()) });
      const { value: ciphertext } = sealed.body;
      const opened = await stage.send('POST', `${old}/decrypt`, { alg: 'RSA-OAEP-256', value: ciphertext });
      expect(opened.body.value).toBe(value);
      const current = await stage.send('POST', `/keys/${name}/decrypt`, { alg: 'RSA-OAEP-256', value: ciphertext });
      expect(current.status).toBe(400);
    },
  },
  {
    name: 'refuses what key_ops do not name',
    run: async (stage) => {
      const path = await imported(stage, rsaKey, ['sign', 'verify']);
      const value = randomBytes(16).toString('base64url');
      const answer = await stage.send('POST', `${path}/encrypt`, { alg: 'RSA-OAEP-256', value });
      expect(errorOf(answer)).toMatchObject({ status: 403, code: 'Forbidden' });
    },
  },
  {
    name: 'decrypts and verifies, but does not encrypt and sign, with an expired key',
    run: async (stage) => {
      const path = await imported(stage, rsaKey);
      const value = randomBytes(16).toString('base64url');
      const sealed = await stage.send('POST', `${path}/encrypt`, { alg: 'RSA-OAEP-256', value });
      await stage.send('PATCH', path, { attributes: { exp: 1_600_000_000 } });
      expect((await stage.send('POST', `${path}/encrypt`, { alg: 'RSA-OAEP-256', value })).status).toBe(403);
      const opened = await stage.send('POST', `${path}/decrypt`, { alg: 'RSA-OAEP-256', value: sealed.body.value });
      expect(opened.body.value).toBe(value);
    },
  },
]);
