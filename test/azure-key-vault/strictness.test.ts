import { AZURE_DOCUMENTED_PERMISSIONS } from '../support/documented-permissions.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { startKeyVault, type KeyVault, type KeyVaultOptions } from '../../dev/azure-key-vault/key-vault.ts';
import { ALICE, errorOf, signedIn, type Send } from './client.ts';
import { ec, jwk, rsa } from './material.ts';

const DAY = 24 * 60 * 60 * 1000;
const key = jwk(ec());

describe('embedded Key Vault', () => {
  let keyVault: KeyVault;
  let send: Send;
  let time = Date.parse('2030-01-01T00:00:00Z');
  const start = async (options: KeyVaultOptions = {}): Promise<void> => {
    keyVault = await startKeyVault({ applications: [ALICE], clock: { now: () => time }, ...options });
    send = await signedIn(keyVault);
  };
  afterEach(() => keyVault.close());

  it('denies what the access policy does not allow, and names it as Key Vault does', async () => {
    await start({ vaults: [{ permissions: { [ALICE.clientId]: AZURE_DOCUMENTED_PERMISSIONS } }] });
    expect((await send('PUT', '/keys/k', { key })).status).toBe(200);
    for (const [method, path, permission] of [
      ['GET', '/keys', 'list'],
      ['GET', '/keys/k/versions', 'list'],
      ['GET', '/deletedkeys', 'list'],
      ['POST', '/keys/k/sign', 'sign'],
      ['POST', '/keys/k/backup', 'backup'],
      ['DELETE', '/deletedkeys/k', 'purge'],
      ['POST', '/deletedkeys/k/recover', 'recover'],
    ] as const) {
      const answer = await send(method, path);
      expect(errorOf(answer)).toEqual({ status: 403, code: 'Forbidden', inner: 'ForbiddenByPolicy' });
      expect(answer.body.error?.message).toMatch(
        new RegExp(
          `^The user, group or application 'appid=${ALICE.clientId};oid=.*' does not have keys ${permission} permission on key vault 'test;`,
        ),
      );
    }
    keyVault.permit(ALICE.clientId, ['get']);
    expect((await send('PUT', '/keys/k', { key })).body.error?.message).toContain('keys import permission');
    expect((await send('POST', '/keys/k/create', { kty: 'EC' })).body.error?.message).toContain(
      'keys create permission',
    );
    expect((await send('PATCH', '/keys/k', { tags: {} })).body.error?.message).toContain('keys update permission');
    expect((await send('DELETE', '/keys/k')).body.error?.message).toContain('keys delete permission');
    keyVault.permit(ALICE.clientId, []);
    expect((await send('GET', '/keys/k')).body.error?.message).toContain('keys get permission');
    expect((await send('GET', '/deletedkeys/k')).body.error?.message).toContain('keys get permission');
  });

  it('names the data action where roles of Azure RBAC are enforced, of which one reads and lists', async () => {
    await start({ vaults: [{ rbac: true, permissions: { [ALICE.clientId]: ['get'] } }] });
    expect((await send('GET', '/keys')).status).toBe(200);
    const answer = await send('PUT', '/keys/k', { key });
    expect(errorOf(answer)).toEqual({ status: 403, code: 'Forbidden', inner: 'ForbiddenByRbac' });
    expect(answer.body.error?.message).toContain("Action: 'Microsoft.KeyVault/vaults/keys/import/action'");
  });

  it('has other data actions on a Managed HSM, one of which tells of deleted keys', async () => {
    await start({ vaults: [{ sku: 'managedHsm', permissions: { [ALICE.clientId]: ['getActive', 'delete'] } }] });
    send = await signedIn(keyVault, ALICE, { resource: 'https://managedhsm.azure.net' });
    const needed = async (method: string, path: string, body?: object): Promise<string | undefined> => {
      const { body: answer } = await send(method, path, body);
      return /Action: 'Microsoft.KeyVault\/managedHsm\/keys\/(.*)'/.exec(answer.error?.message ?? '')?.[1];
    };
    expect(await needed('PUT', '/keys/k', { key })).toBe('import/action');
    expect(await needed('POST', '/keys/k/create', { kty: 'EC' })).toBe('create');
    expect(await needed('PATCH', '/keys/k', { tags: {} })).toBe('write/action');
    expect(await needed('GET', '/deletedkeys/k')).toBe('deletedKeys/read/action');
    expect((await send('GET', '/keys/k')).body.error?.message).toMatch(/\(Activity ID: [0-9a-f-]{36}\)$/);
  });

  it('judges some calls by the former permissions after a change', async () => {
    await start({ consistency: { policyCalls: 1 }, vaults: [{ permissions: { [ALICE.clientId]: [] } }] });
    keyVault.permit(ALICE.clientId, ['get']);
    expect((await send('GET', '/keys/k')).status).toBe(403);
    expect((await send('GET', '/keys/k')).status).toBe(404);
  });

  it('has a deletion on its way for some look-ups, in which the name is neither here nor there', async () => {
    await start({ consistency: { lookups: 2 } });
    await send('PUT', '/keys/k', { key });
    await send('DELETE', '/keys/k');
    expect(errorOf(await send('GET', '/deletedkeys/k'))).toMatchObject({ status: 404, code: 'KeyNotFound' });
    expect(errorOf(await send('PUT', '/keys/k', { key }))).toMatchObject({
      status: 409,
      inner: 'ObjectIsBeingDeleted',
    });
    expect((await send('GET', '/deletedkeys/k')).status).toBe(200);
    expect(errorOf(await send('PUT', '/keys/k', { key }))).toMatchObject({ inner: 'ObjectIsDeletedButRecoverable' });
  });

  it('purges what it has retained for its days, and nothing by hand with purge protection', async () => {
    await start({ vaults: [{ retentionDays: 7, purgeProtection: true }] });
    const made = await send('PUT', '/keys/k', { key });
    expect(made.body.attributes).toMatchObject({ recoveryLevel: 'CustomizedRecoverable', recoverableDays: 7 });
    await send('DELETE', '/keys/k');
    expect((await send('DELETE', '/deletedkeys/k')).status).toBe(403);
    time += 7 * DAY;
    send = await signedIn(keyVault);
    expect((await send('GET', '/deletedkeys/k')).status).toBe(404);
    expect((await send('PUT', '/keys/k', { key })).status).toBe(200);
  });

  it('compares names without case', async () => {
    await start();
    await send('PUT', '/keys/Name', { key });
    const second = await send('PUT', '/keys/NAME', { key });
    expect(second.body.key?.['kid']).toContain('/keys/Name/');
    expect(keyVault.keys()).toMatchObject([{ name: 'Name', versions: [{}, {}] }]);
  });

  it.each([
    ['another prime', { p: jwk(rsa()).p }],
    ['another private exponent', { d: jwk(rsa()).d }],
    ['another modulus', { n: jwk(rsa()).n }],
    ['swapped exponents', (good: ReturnType<typeof jwk>) => ({ dp: good.dq, dq: good.dp })],
    ['another coefficient', { qi: 'AQ' }],
    ['no primes', { p: undefined, q: undefined }],
  ])('refuses an RSA key with %s', async (_what, change) => {
    await start();
    const good = jwk(rsa());
    const changed = { ...good, ...(typeof change === 'function' ? change(good) : change) };
    expect(errorOf(await send('PUT', '/keys/k', { key: changed }))).toMatchObject({ code: 'BadParameter' });
    expect((await send('PUT', '/keys/k', { key: good })).status).toBe(200);
  });

  it('refuses an EC key whose point is another', async () => {
    await start();
    const answer = await send('PUT', '/keys/k', { key: { ...key, x: jwk(ec()).x } });
    expect(errorOf(answer)).toMatchObject({ code: 'BadParameter' });
  });

  it('throttles by operation and vault, and says when to come back', async () => {
    await start({ quotas: { KeyGet: 1 } });
    await send('PUT', '/keys/k', { key });
    expect((await send('GET', '/keys/k')).status).toBe(200);
    const refused = await send('GET', '/keys/k');
    expect(errorOf(refused)).toMatchObject({ status: 429, code: 'Throttled' });
    expect(refused.headers.get('retry-after')).toBe('1');
    time += 1000;
    expect((await send('GET', '/keys/k')).status).toBe(200);
  });

  it('refuses bodies that are no JSON object, or of another type', async () => {
    await start();
    expect((await send('PUT', '/keys/k', '{')).status).toBe(400);
    expect((await send('PUT', '/keys/k', '[]')).status).toBe(400);
    expect((await send('PUT', '/keys/k', { key: 'x' })).status).toBe(400);
    expect((await send('PUT', '/keys/k', { key, attributes: { enabled: 'false' } })).status).toBe(400);
    expect((await send('PUT', '/keys/k', { key, tags: { n: 1 } })).status).toBe(400);
    expect(keyVault.keys()).toEqual([]);
  });

  it('says what it does not implement', async () => {
    await start();
    await send('PUT', '/keys/k', { key });
    for (const action of ['backup', 'rotate']) {
      expect((await send('POST', `/keys/k/${action}`)).status).toBe(501);
    }
    expect(errorOf(await send('GET', '/secrets/s'))).toMatchObject({ status: 400, code: 'BadParameter' });
  });

  it('logs calls by their names in the audit log', async () => {
    await start();
    await send('PUT', '/keys/k', { key });
    await send('GET', '/keys/none');
    const clientId = ALICE.clientId;
    expect(keyVault.calls()).toMatchObject([
      { action: 'Token', clientId, outcome: 'ok', effect: true },
      { action: 'KeyImport', vault: 'test', clientId, key: 'k', outcome: 'ok', effect: true },
      { action: 'KeyGet', key: 'none', outcome: 'KeyNotFound', effect: false },
    ]);
  });
});
