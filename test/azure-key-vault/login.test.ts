import { execFileSync } from 'node:child_process';
import {
  constants,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKeyVault, type KeyVault } from '../../dev/azure-key-vault/key-vault.ts';
import { ALICE, askToken, errorOf, secretOf, sender, signedIn } from './client.ts';
import { rsa } from './material.ts';

const OTHER_TENANT = '11111111-0000-4000-8000-000000000002';
const BOB = { clientId: 'b0b00000-0000-4000-8000-000000000001', secret: 'bob-secret', tenantId: OTHER_TENANT };
const CAROL = 'ca401000-0000-4000-8000-000000000001';
const DAVE = { clientId: 'dade0000-0000-4000-8000-000000000001', secret: 'dave-secret', disabled: true };
const SUBJECT = 'system:serviceaccount:vault:vault';
const ISSUER = 'https://cluster.example';

const cluster = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A key and its certificate, from the openssl CLI as an administrator makes them. */
const carolsFile = execFileSync(
  'openssl',
  ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', '-', '-subj', '/CN=carol', '-days', '2'],
  { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
);
const certificateKey = createPrivateKey(carolsFile);
const certificate = carolsFile.slice(carolsFile.indexOf('-----BEGIN CERTIFICATE'));

function jwt(header: object, claims: object, key: KeyObject, pss = false): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ typ: 'JWT', ...header })}.${part(claims)}`;
  const padding = pss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { padding: constants.RSA_PKCS1_PADDING };
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, ...padding }).toString('base64url')}`;
}

describe('login endpoint', () => {
  let keyVault: KeyVault;
  let time = Date.parse('2030-01-01T00:00:00Z');
  beforeAll(async () => {
    const federated = {
      issuer: ISSUER,
      subject: SUBJECT,
      publicKey: cluster.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    };
    const carol = { clientId: CAROL, certificates: [certificate], federatedCredentials: [federated] };
    keyVault = await startKeyVault({
      applications: [ALICE, BOB, carol, DAVE],
      managedIdentities: [{ clientId: 'system' }, { clientId: 'user', resourceId: '/subscriptions/0/x' }],
      clock: { now: () => time },
    });
  });
  afterAll(() => keyVault.close());

  it('issues a token that the vault accepts until it expires', async () => {
    const { status, body } = await askToken(keyVault, secretOf(ALICE));
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599 });
    const send = sender(keyVault.url, String(body['access_token']));
    expect((await send('GET', '/keys')).status).toBe(200);
    time += 3599_000;
    expect(errorOf(await send('GET', '/keys'))).toMatchObject({ status: 401, code: 'Unauthorized' });
  });

  it.each([
    ['another secret', { ...secretOf(ALICE), client_secret: 'x' }, 401, 'invalid_client', 7000215],
    ['no secret', { ...secretOf(ALICE), client_secret: '' }, 401, 'invalid_client', 7000218],
    ['an unknown application', { ...secretOf(ALICE), client_id: randomUUID() }, 400, 'unauthorized_client', 700016],
    ['an application of another tenant', secretOf(BOB), 400, 'unauthorized_client', 700016],
    ['a disabled application', secretOf(DAVE), 400, 'unauthorized_client', 7000112],
    ['another grant', { ...secretOf(ALICE), grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
    ['no grant', { ...secretOf(ALICE), grant_type: '' }, 400, 'invalid_request', 900144],
    [
      'a scope without .default',
      { ...secretOf(ALICE), scope: 'https://vault.azure.net' },
      400,
      'invalid_scope',
      1002012,
    ],
    ['another resource', secretOf(ALICE, 'https://vault.example'), 400, 'invalid_resource', 500011],
  ])('refuses %s', async (_what, parameters, status, error, number) => {
    const answer = await askToken(keyVault, parameters);
    expect(answer).toMatchObject({ status, body: { error, error_codes: [number] } });
    expect(answer.body['error_description']).toMatch(new RegExp(`^AADSTS${number}: .* Trace ID: .* Timestamp: `));
    expect(JSON.stringify(answer.body)).not.toContain(ALICE.secret);
  });

  it('does not know other tenants', async () => {
    const unknown = await askToken(keyVault, secretOf(ALICE), randomUUID());
    expect(unknown).toMatchObject({ status: 400, body: { error_codes: [90002] } });
    const malformed = await askToken(keyVault, secretOf(ALICE), 'tenant');
    expect(malformed).toMatchObject({ status: 400, body: { error_codes: [900023] } });
  });

  const at = (): number => Math.floor(time / 1000);
  const thumbprint = (hash: string): string =>
    createHash(hash).update(new X509Certificate(certificate).raw).digest('base64url');
  const claims = (changes: object = {}): object => ({
    aud: `${keyVault.loginUrl}/${keyVault.tenantId}/oauth2/v2.0/token`,
    iss: CAROL,
    sub: CAROL,
    jti: randomUUID(),
    nbf: at(),
    exp: at() + 600,
    ...changes,
  });
  const asCarol = (client_assertion: string): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> =>
    askToken(keyVault, {
      grant_type: 'client_credentials',
      client_id: CAROL,
      client_assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      scope: 'https://vault.azure.net/.default',
    });

  it('accepts an assertion that is signed with a certificate', async () => {
    const modern = { alg: 'PS256', 'x5t#S256': thumbprint('sha256') };
    expect((await asCarol(jwt(modern, claims(), certificateKey, true))).status).toBe(200);
    const former = { alg: 'RS256', x5t: thumbprint('sha1') };
    expect((await asCarol(jwt(former, claims(), certificateKey))).status).toBe(200);
  });

  it('refuses other assertions', async () => {
    const header = { alg: 'PS256', 'x5t#S256': thumbprint('sha256') };
    const number = async (assertion: string): Promise<unknown> => (await asCarol(assertion)).body['error_codes'];
    expect(await number(jwt(header, claims(), rsa(), true))).toEqual([50013]);
    expect(await number(jwt(header, claims({ exp: at() - 600 }), certificateKey, true))).toEqual([700024]);
    expect(await number(jwt(header, claims({ aud: 'https://login.example' }), certificateKey, true))).toEqual([700023]);
    expect(await number(jwt(header, claims({ sub: ALICE.clientId }), certificateKey, true))).toEqual([700021]);
    const unknown = { ...header, 'x5t#S256': createHash('sha256').digest('base64url') };
    expect(await number(jwt(unknown, claims(), certificateKey, true))).toEqual([700027]);
    expect(await number('no.jwt')).toEqual([50027]);
  });

  it('accepts the token of a federated issuer', async () => {
    const workload = { iss: ISSUER, sub: SUBJECT, aud: ['api://AzureADTokenExchange'], exp: at() + 600 };
    const token = (changes: object = {}): string =>
      jwt({ alg: 'RS256', kid: 'cluster' }, { ...workload, ...changes }, cluster.privateKey);
    expect((await asCarol(token())).status).toBe(200);
    const number = async (changes: object): Promise<unknown> => (await asCarol(token(changes))).body['error_codes'];
    expect(await number({ iss: 'https://other.example' })).toEqual([700211]);
    expect(await number({ sub: 'system:serviceaccount:vault:other' })).toEqual([700213]);
    expect(await number({ aud: 'vault' })).toEqual([700212]);
  });

  describe('challenge of a vault', () => {
    it('names authority, tenant and resource', async () => {
      const answer = await sender(keyVault.url, undefined)('GET', '/keys');
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe(
        `Bearer authorization="${keyVault.loginUrl}/${keyVault.tenantId}", resource="https://vault.azure.net"`,
      );
      expect(answer.body.error?.message).toContain('AKV10000');
    });

    it('refuses tokens for another resource, of another tenant, and of another issuer', async () => {
      const hsm = await signedIn(keyVault, ALICE, { resource: 'https://managedhsm.azure.net' });
      expect((await hsm('GET', '/keys')).body.error?.message).toContain('AKV10022');
      const { body } = await askToken(keyVault, secretOf(BOB), OTHER_TENANT);
      const bob = sender(keyVault.url, String(body['access_token']));
      expect((await bob('GET', '/keys')).body.error?.message).toContain('AKV10032');
      const forged = sender(keyVault.url, jwt({ alg: 'ES256' }, { aud: 'https://vault.azure.net' }, certificateKey));
      expect((await forged('GET', '/keys')).body.error?.message).toContain('AKV10046');
    });
  });

  describe('endpoints of managed identities', () => {
    const resource = 'https://vault.azure.net';
    const ask = async (
      path: string,
      query: Readonly<Record<string, string>>,
      headers: Readonly<Record<string, string>>,
    ): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> => {
      const response = await fetch(`${keyVault.identityUrl}${path}?${new URLSearchParams(query).toString()}`, {
        headers,
      });
      return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
    };
    const vm = { 'api-version': '2018-02-01', resource };

    it('gives the token of the machine, by the metadata header only', async () => {
      const path = '/metadata/identity/oauth2/token';
      const { status, body } = await ask(path, vm, { metadata: 'true' });
      expect(status).toBe(200);
      expect(body).toMatchObject({ client_id: 'system', resource, token_type: 'Bearer', expires_in: '3599' });
      const send = sender(keyVault.url, String(body['access_token']));
      expect((await send('GET', '/keys')).status).toBe(200);
      expect((await ask(path, vm, {})).status).toBe(400);
      expect((await ask(path, vm, { metadata: 'true', 'x-forwarded-for': '10.0.0.1' })).status).toBe(400);
      const user = await ask(path, { ...vm, client_id: 'user' }, { metadata: 'true' });
      expect(user.body['client_id']).toBe('user');
      const nobody = await ask(path, { ...vm, client_id: 'nobody' }, { metadata: 'true' });
      expect(nobody).toMatchObject({ status: 400, body: { error_description: 'Identity not found' } });
    });

    it('gives the token of an App Service, by its secret header only', async () => {
      const query = { 'api-version': '2019-08-01', resource };
      const header = { 'x-identity-header': keyVault.identityHeader };
      expect((await ask('/msi/token', query, header)).status).toBe(200);
      expect((await ask('/msi/token', query, { 'x-identity-header': 'x' })).status).toBe(401);
    });
  });
});
