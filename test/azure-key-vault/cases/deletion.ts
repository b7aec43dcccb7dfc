import { expect } from 'vitest';
import { errorOf } from '../client.ts';
import { ec, jwk } from '../material.ts';
import { contractCases, type Stage } from './contract-case.ts';

const key = jwk(ec());

async function deletedKey({ send, newName, until }: Stage): Promise<{ name: string; kid: string | undefined }> {
  const name = newName();
  const made = await send('PUT', `/keys/${name}`, { key });
  const deleted = await send('DELETE', `/keys/${name}`);
  expect(deleted.status).toBe(200);
  expect(deleted.body['recoveryId']).toMatch(new RegExp(`/deletedkeys/${name}$`));
  await until(200, 'GET', `/deletedkeys/${name}`);
  return { name, kid: made.body.key?.['kid'] };
}

export const deletionCases = contractCases([
  {
    name: 'retains a deleted key, which is found under the deleted ones only',
    run: async (stage) => {
      const { name, kid } = await deletedKey(stage);
      const shown = await stage.send('GET', `/deletedkeys/${name}`);
      expect(shown.body.key?.['kid']).toBe(kid);
      expect(shown.body['scheduledPurgeDate']).toBeGreaterThan(Number(shown.body['deletedDate']));
      expect(errorOf(await stage.send('GET', `/keys/${name}`))).toMatchObject({ status: 404, code: 'KeyNotFound' });
      expect(errorOf(await stage.send('GET', new URL(kid ?? '').pathname))).toMatchObject({ status: 404 });
    },
  },
  {
    name: 'does not give the name of a deleted key to another',
    run: async (stage) => {
      const { name } = await deletedKey(stage);
      const conflict = { status: 409, code: 'Conflict', inner: 'ObjectIsDeletedButRecoverable' };
      expect(errorOf(await stage.send('PUT', `/keys/${name}`, { key }))).toEqual(conflict);
      expect(errorOf(await stage.send('POST', `/keys/${name}/create`, { kty: 'EC' }))).toEqual(conflict);
    },
  },
  {
    name: 'does not know a deleted key that is not there',
    run: async ({ send, newName }) => {
      const answer = await send('GET', `/deletedkeys/${newName()}`);
      expect(errorOf(answer)).toEqual({ status: 404, code: 'KeyNotFound', inner: undefined });
    },
  },
  {
    name: 'recovers a deleted key with all its versions',
    run: async (stage) => {
      const { name, kid } = await deletedKey(stage);
      expect((await stage.send('POST', `/deletedkeys/${name}/recover`)).status).toBe(200);
      const back = await stage.until(200, 'GET', `/keys/${name}`);
      expect(back.body.key?.['kid']).toBe(kid);
      expect((await stage.send('PUT', `/keys/${name}`, { key })).status).toBe(200);
    },
  },
  {
    name: 'purges a deleted key, whose name is free again then',
    run: async (stage) => {
      const { name } = await deletedKey(stage);
      expect((await stage.send('DELETE', `/deletedkeys/${name}`)).status).toBe(204);
      await stage.until(200, 'PUT', `/keys/${name}`, { key });
      expect((await stage.send('GET', `/keys/${name}/versions`)).body.value).toHaveLength(1);
    },
  },
]);
