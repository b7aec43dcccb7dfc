import { expect } from 'vitest';
import { errorOf } from '../client.ts';
import { ec, jwk } from '../material.ts';
import { contractCases, type Stage } from './contract-case.ts';

const key = jwk(ec());

/** @returns the name of a new key and the paths of its versions, oldest first */
async function newKey({ send, newName }: Stage, versions = 1): Promise<{ name: string; paths: readonly string[] }> {
  const name = newName();
  const paths: string[] = [];
  for (let count = 0; count < versions; count++) {
    const made = await send('PUT', `/keys/${name}`, { key, tags: { number: String(count) } });
    paths.push(new URL(made.body.key?.['kid'] ?? '').pathname);
  }
  return { name, paths };
}

export const keyCases = contractCases([
  {
    name: 'shows a disabled key, and refuses to use it until it is enabled',
    run: async (stage) => {
      const { paths } = await newKey(stage);
      const [path = ''] = paths;
      const { send } = stage;
      const value = Buffer.alloc(32, 1).toString('base64url');
      const disabled = await send('PATCH', path, { attributes: { enabled: false } });
      expect(disabled).toMatchObject({ status: 200, body: { attributes: { enabled: false } } });
      expect(await send('GET', path)).toMatchObject({ status: 200, body: { attributes: { enabled: false } } });
      const refused = await send('POST', `${path}/sign`, { alg: 'ES256', value });
      expect(errorOf(refused)).toEqual({ status: 403, code: 'Forbidden', inner: 'KeyDisabled' });
      await send('PATCH', path, { attributes: { enabled: true } });
      expect((await send('POST', `${path}/sign`, { alg: 'ES256', value })).status).toBe(200);
    },
  },
  {
    name: 'imports a disabled key',
    run: async ({ send, newName }) => {
      const made = await send('PUT', `/keys/${newName()}`, { key, attributes: { enabled: false } });
      expect(made).toMatchObject({ status: 200, body: { attributes: { enabled: false } } });
    },
  },
  {
    name: 'changes one version, and leaves out what a change does not name',
    run: async (stage) => {
      const { name, paths } = await newKey(stage, 2);
      const { send } = stage;
      await send('PATCH', paths[0] ?? '', { attributes: { enabled: false } });
      expect(await send('GET', paths[0] ?? '')).toMatchObject({ body: { tags: { number: '0' } } });
      expect(await send('GET', `/keys/${name}`)).toMatchObject({ body: { attributes: { enabled: true } } });
      await send('PATCH', paths[0] ?? '', { tags: { other: 'tag' }, key_ops: ['verify'] });
      const changed = await send('GET', paths[0] ?? '');
      expect(changed.body.tags).toEqual({ other: 'tag' });
      expect(changed.body).toMatchObject({ key: { key_ops: ['verify'] }, attributes: { enabled: false } });
    },
  },
  {
    name: 'changes the current version where the path names none',
    run: async (stage) => {
      const { name, paths } = await newKey(stage, 2);
      const changed = await stage.send('PATCH', `/keys/${name}/`, { tags: { current: 'yes' } });
      expect(new URL(changed.body.key?.['kid'] ?? '').pathname).toBe(paths[1]);
    },
  },
  {
    name: 'does not know a key or a version that is not there',
    run: async (stage) => {
      const { name } = await newKey(stage);
      const none = { status: 404, code: 'KeyNotFound', inner: undefined };
      expect(errorOf(await stage.send('GET', `/keys/${stage.newName()}`))).toEqual(none);
      expect(errorOf(await stage.send('GET', `/keys/${name}/${'0'.repeat(32)}`))).toEqual(none);
      expect(errorOf(await stage.send('PATCH', `/keys/${stage.newName()}`, { tags: {} }))).toEqual(none);
      expect(errorOf(await stage.send('DELETE', `/keys/${stage.newName()}`))).toEqual(none);
    },
  },
  {
    name: 'lists all versions, page by page, each once',
    run: async (stage) => {
      const { name, paths } = await newKey(stage, 3);
      const seen: (string | undefined)[] = [];
      let next: string | null | undefined = `/keys/${name}/versions?maxresults=2`;
      let pages = 0;
      while (typeof next === 'string' && next !== '') {
        const answer = await stage.send('GET', next);
        expect(answer.status).toBe(200);
        for (const { kid } of answer.body.value as { kid: string }[]) seen.push(new URL(kid).pathname);
        next = answer.body.nextLink;
        pages += 1;
      }
      expect(pages).toBeGreaterThan(1);
      expect(seen.sort()).toEqual([...paths].sort());
    },
  },
  {
    name: 'needs an api-version, and decodes its name',
    run: async (stage) => {
      const { name } = await newKey(stage);
      expect((await stage.send('GET', `/keys/${name}?api-version=`)).status).toBe(400);
      expect((await stage.send('GET', `/keys/${name}?api-version=1.0`)).status).toBe(400);
      expect((await stage.send('GET', `/keys/${name}?api%2Dversion=7.4&api-version=7.4`)).status).toBe(200);
    },
  },
]);
