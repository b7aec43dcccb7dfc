import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { errorOf, type Answer } from '../client.ts';
import { ec, jwk, pkcs8, publicKeyOf, rsa, transferBlob, wrap } from '../material.ts';
import { contractCases, type Stage } from './contract-case.ts';

const material = rsa();
const put = ({ send }: Stage, name: string, key: object, rest: object = {}): Promise<Answer> =>
  send('PUT', `/keys/${name}`, { key, attributes: {}, ...rest });

/** A key exchange key, and a blob of anything wrapped to it. */
async function exchangeKey(stage: Stage): Promise<{ kid: string; blob: (bytes: Buffer, oaepHash?: string) => string }> {
  const name = stage.newName();
  const made = await stage.send('POST', `/keys/${name}/create`, {
    kty: 'RSA-HSM',
    key_size: 2048,
    key_ops: ['import'],
  });
  expect(made).toMatchObject({ status: 200, body: { key: { kty: 'RSA-HSM', key_ops: ['import'] } } });
  const kid = made.body.key?.['kid'] ?? '';
  const publicKey = publicKeyOf(made.body.key);
  return { kid, blob: (bytes, oaepHash) => transferBlob(kid, wrap(publicKey, bytes, oaepHash)) };
}

export const importCases = contractCases([
  {
    name: 'imports an RSA key as a key transfer blob',
    run: async (stage) => {
      const { blob } = await exchangeKey(stage);
      const key = { kty: 'RSA-HSM', key_ops: ['encrypt', 'decrypt'], key_hsm: blob(pkcs8(material)) };
      const made = await put(stage, stage.newName(), key, { attributes: { enabled: true }, tags: { of: 'test' } });
      expect(made).toMatchObject({ status: 200, body: { attributes: { enabled: true }, tags: { of: 'test' } } });
      expect(made.body.key).toMatchObject({ kty: 'RSA-HSM', n: jwk(material).n, key_ops: ['encrypt', 'decrypt'] });
      expect(Object.keys(made.body.key ?? {}).sort()).toEqual(['e', 'key_ops', 'kid', 'kty', 'n']);
    },
  },
  {
    name: 'imports an EC key as a key transfer blob',
    run: async (stage) => {
      const { blob } = await exchangeKey(stage);
      const key = ec('P-384');
      const given = { kty: 'EC-HSM', crv: 'P-384', key_ops: ['sign', 'verify'], key_hsm: blob(pkcs8(key)) };
      const made = await put(stage, stage.newName(), given);
      const { x, y } = jwk(key);
      expect(made).toMatchObject({ status: 200, body: { key: { kty: 'EC-HSM', crv: 'P-384', x, y } } });
    },
  },
  {
    name: 'refuses a key transfer blob whose OAEP has SHA-256',
    run: async (stage) => {
      const { blob } = await exchangeKey(stage);
      const name = stage.newName();
      const made = await put(stage, name, { kty: 'RSA-HSM', key_hsm: blob(pkcs8(material), 'sha256') });
      expect(made.status).toBe(400);
      expect(errorOf(await stage.send('GET', `/keys/${name}`))).toMatchObject({ status: 404, code: 'KeyNotFound' });
    },
  },
  {
    name: 'refuses a ciphertext without its envelope',
    run: async (stage) => {
      const { body } = await stage.send('POST', `/keys/${stage.newName()}/create`, {
        kty: 'RSA-HSM',
        key_ops: ['import'],
      });
      const key_hsm = wrap(publicKeyOf(body.key), pkcs8(material)).toString('base64url');
      expect((await put(stage, stage.newName(), { kty: 'RSA-HSM', key_hsm })).status).toBe(400);
    },
  },
  {
    name: 'refuses a blob for a key exchange key that is deleted',
    run: async (stage) => {
      const { kid, blob } = await exchangeKey(stage);
      const name = kid.split('/').at(-2) ?? '';
      await stage.send('DELETE', `/keys/${name}`);
      await stage.until(200, 'GET', `/deletedkeys/${name}`);
      const made = await put(stage, stage.newName(), { kty: 'RSA-HSM', key_hsm: blob(pkcs8(material)) });
      expect(made.status).toBeGreaterThanOrEqual(400);
    },
  },
  {
    name: 'allows a key exchange key nothing else',
    run: async ({ send, newName }) => {
      const create = (body: object): Promise<Answer> => send('POST', `/keys/${newName()}/create`, body);
      expect((await create({ kty: 'RSA-HSM', key_ops: ['import', 'encrypt'] })).status).toBe(400);
      const name = newName();
      await send('POST', `/keys/${name}/create`, { kty: 'RSA-HSM', key_ops: ['import'] });
      const value = randomBytes(16).toString('base64url');
      const answer = await send('POST', `/keys/${name}/encrypt`, { alg: 'RSA-OAEP', value });
      expect(answer.status).toBe(403);
    },
  },
  {
    name: 'imports an RSA key in the clear as a software key, or into the HSM',
    run: async (stage) => {
      const key = { ...jwk(material), key_ops: ['sign', 'verify'] };
      const software = await put(stage, stage.newName(), { ...key, kty: 'RSA' });
      expect(software).toMatchObject({ status: 200, body: { key: { kty: 'RSA', n: key.n, e: 'AQAB' } } });
      const hardware = await put(stage, stage.newName(), { ...key, kty: 'RSA' }, { Hsm: true });
      expect(hardware).toMatchObject({ status: 200, body: { key: { kty: 'RSA-HSM', n: key.n } } });
    },
  },
  {
    name: 'imports an EC key in the clear, which can sign and verify only',
    run: async (stage) => {
      const key = jwk(ec());
      const made = await put(stage, stage.newName(), key);
      expect(made).toMatchObject({ status: 200, body: { key: { kty: 'EC', crv: 'P-256', x: key.x, y: key.y } } });
      expect([...(made.body.key?.key_ops ?? [])].sort()).toEqual(['sign', 'verify']);
      const wrapping = await put(stage, stage.newName(), { ...key, key_ops: ['wrapKey', 'unwrapKey'] });
      expect(wrapping.status).toBe(400);
    },
  },
  {
    name: 'makes a new version with each import, and the newest is current',
    run: async (stage) => {
      const name = stage.newName();
      const key = { ...jwk(material), kty: 'RSA' };
      const first = await put(stage, name, key);
      const second = await put(stage, name, key);
      const [one, two] = [first, second].map(({ body }) => body.key?.['kid']);
      expect(one).toMatch(new RegExp(`^${stage.url}/keys/${name}/[0-9a-f]{32}$`));
      expect(two).not.toBe(one);
      expect((await stage.send('GET', `/keys/${name}`)).body.key?.['kid']).toBe(two);
      const path = new URL(one ?? '').pathname;
      expect((await stage.send('GET', path)).body.key?.['kid']).toBe(one);
    },
  },
  {
    name: 'refuses names with other characters than letters, digits and hyphens',
    run: async (stage) => {
      const key = { ...jwk(material), kty: 'RSA' };
      for (const name of ['with_underscore', 'with.dot', 'a'.repeat(128)]) {
        expect((await put(stage, name, key)).status).toBe(400);
      }
    },
  },
  {
    name: 'refuses more than 15 tags, and tags of more than 256 characters',
    run: async (stage) => {
      const key = { ...jwk(material), kty: 'RSA' };
      const tags = (count: number): object =>
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, 'v'.repeat(256)]));
      expect((await put(stage, stage.newName(), key, { tags: tags(15) })).status).toBe(200);
      expect((await put(stage, stage.newName(), key, { tags: tags(16) })).status).toBe(400);
      expect((await put(stage, stage.newName(), key, { tags: { t: 'v'.repeat(257) } })).status).toBe(400);
    },
  },
]);
