import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { TENANT } from '../../../dev/azure-key-vault/key-vault.ts';
import type { KmsClient } from '../../../src/providers/port.ts';
import { azureUnderTest, APPLICATION, type AzureUnderTest, type UnderTestOptions } from './cloud-under-test.ts';
import { AZURE_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { failureOf } from './scene.ts';

const MACHINE = { clientId: '11ac1e00-0000-4000-8000-000000000001' };
const { signal } = new AbortController();
const start = async (options?: UnderTestOptions): Promise<AzureUnderTest> => {
  const azure = await azureUnderTest(options);
  onTestFinished(() => azure.stop());
  return azure;
};
/** A call that needs a token, of a key that is not there. */
const use = async (azure: AzureUnderTest, credentials?: Readonly<Record<string, string>>): Promise<unknown> =>
  azure.open(credentials).readLabels('no-key-1700000000', signal);
const tokensOf = ({ vault }: AzureUnderTest): number => vault.calls().filter(({ action }) => action === 'Token').length;
const NONE = { client_id: '', client_secret: '', tenant_id: '' };

describe('a client secret', () => {
  it('signs in once for parallel calls, and again shortly before the token expires', async () => {
    const azure = await start({ tokenLifetime: 3_600 });
    const client = azure.open();
    const calls = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 8 }, (_, index) => client.readLabels(`k${index}-1700000000`, signal)));
    await calls();
    expect(tokensOf(azure)).toBe(1);
    await azure.retry.wait(54 * 60_000, signal);
    await calls();
    expect(tokensOf(azure)).toBe(1);
    await azure.retry.wait(2 * 60_000, signal);
    await calls();
    expect(tokensOf(azure)).toBe(2);
  });

  it('uses a token that is still valid while the service is down', async () => {
    const azure = await start({ tokenLifetime: 3_600 });
    const client = azure.open();
    await client.readLabels('k-1700000000', signal);
    await azure.retry.wait(56 * 60_000, signal);
    azure.vault.faults.set(({ action }) => (action === 'Token' ? { when: 'before', drop: true } : undefined));
    expect(await client.readLabels('k-1700000000', signal)).toEqual({ outcome: 'unknown' });
  });

  it('of the environment goes before that of the configuration', async () => {
    const azure = await start({
      env: { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: APPLICATION.clientId, AZURE_CLIENT_SECRET: APPLICATION.secret },
    });
    expect(await use(azure, { client_secret: 'another~secret' })).toEqual({ outcome: 'unknown' });
    expect(await use(azure, NONE)).toEqual({ outcome: 'unknown' });
    expect((await azure.open(NONE).probePermissions(signal)).credentials).toEqual({
      source: 'environment',
      id: '…00aa',
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ['is wrong', { client_secret: 'wrong~secret-of-nobody' }, 'AADSTS7000215'],
    ['is of no application', { client_id: '99999999-0000-4000-8000-000000000001' }, 'AADSTS700016'],
    ['is of no tenant', { tenant_id: '99999999-0000-4000-8000-000000000002' }, 'AADSTS90002'],
  ])('that %s is refused with the remedy', async (_what, credentials, code) => {
    const azure = await start();
    const error = await failureOf(use(azure, credentials));
    expect(error).toMatchObject({ reason: 'unauthenticated', ambiguous: false, code });
    expect(error.message).toContain('no credentials from configuration: 127.0.0.1');
    expect(error.message).toMatch(/: (the|there)/);
    expect(error.message).not.toMatch(/Trace ID|wrong~secret|app~secret/);
    expect((await azure.open(credentials).probePermissions(signal)).problem).toContain(code);
  });

  it('is asked for again where the vault refuses a token that was good before', async () => {
    const azure = await start();
    const client = azure.open();
    await client.readLabels('k-1700000000', signal);
    await azure.retry.wait(60_000, signal);
    let refused = 0;
    azure.vault.faults.set(({ action }) =>
      action === 'KeyGet' && refused++ === 0
        ? { when: 'before', error: { code: 'Unauthorized', status: 401, message: 'AKV10046: revoked' } }
        : undefined,
    );
    expect(await client.readLabels('k-1700000000', signal)).toEqual({ outcome: 'unknown' });
    expect(tokensOf(azure)).toBe(2);
  });

  it('does not sign in again and again where the vault refuses every token', async () => {
    const azure = await start();
    azure.vault.faults.set(({ action }) =>
      action === 'KeyGet' ? { when: 'before', error: { code: 'Unauthorized', status: 401, message: 'no' } } : undefined,
    );
    expect(await failureOf(use(azure))).toMatchObject({ reason: 'unauthenticated', ambiguous: false });
    expect(tokensOf(azure)).toBe(1);
  });

  it('is not retried where Entra ID refuses it, and is where it is throttled', async () => {
    const azure = await start();
    let calls = 0;
    azure.vault.faults.set(({ action }) => {
      if (action !== 'Token' || calls++ > 1) return undefined;
      return { when: 'before', error: { code: 'temporarily_unavailable', status: 429, message: 'slow down' } };
    });
    expect(await use(azure)).toEqual({ outcome: 'unknown' });
    expect(calls).toBe(3);
    calls = 2;
    await failureOf(use(azure, { client_secret: 'wrong~secret-of-nobody' }));
    expect(calls).toBe(3);
  });
});

describe('a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'azure-certificate-'));
  const at = (name: string): string => join(folder, name);
  let pem = '';
  beforeAll(() => {
    // Made by the openssl CLI, as its users make theirs.
    const subject = ['-subj', '/CN=keymgmt', '-days', '2'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', at('key'), '-out', at('crt'), ...subject],
      { stdio: 'ignore' },
    );
    execFileSync(
      'openssl',
      ['rsa', '-aes256', '-in', at('key'), '-out', at('locked'), '-passout', 'pass:pass~phrase'],
      { stdio: 'ignore' },
    );
    pem = readFileSync(at('crt'), 'utf8') + readFileSync(at('key'), 'utf8');
    writeFileSync(at('pem'), pem);
    writeFileSync(at('locked.pem'), readFileSync(at('locked'), 'utf8') + readFileSync(at('crt'), 'utf8'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const withCertificate = (env: UnderTestOptions['env'] = {}): Promise<AzureUnderTest> =>
    start({ env, applications: [{ clientId: APPLICATION.clientId, certificates: [readFileSync(at('crt'), 'utf8')] }] });

  it('signs in from the configuration', async () => {
    const azure = await withCertificate();
    expect(await use(azure, { client_secret: '', client_certificate: pem })).toEqual({ outcome: 'unknown' });
  });

  it.each([
    ['pem', ''],
    ['locked.pem', 'pass~phrase'],
  ])('signs in from the file %s of AZURE_CLIENT_CERTIFICATE_PATH', async (name, password) => {
    const azure = await withCertificate({
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: APPLICATION.clientId,
      AZURE_CLIENT_CERTIFICATE_PATH: at(name),
      AZURE_CLIENT_CERTIFICATE_PASSWORD: password,
    });
    expect(await use(azure, NONE)).toEqual({ outcome: 'unknown' });
  });

  it.each<[string, string, string]>([
    ['crt', '', 'it holds no private key in PEM'],
    ['key', '', 'it holds no certificate in PEM'],
    ['locked.pem', 'wrong', 'the password is wrong'],
    ['nowhere', '', 'cannot be read (ENOENT)'],
  ])('that cannot be used says why: %s, %s', async (name, password, text) => {
    const azure = await withCertificate({
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: APPLICATION.clientId,
      AZURE_CLIENT_CERTIFICATE_PATH: at(name),
      AZURE_CLIENT_CERTIFICATE_PASSWORD: password,
    });
    const error = await failureOf(use(azure, NONE));
    expect(error).toMatchObject({ reason: 'unauthenticated', ambiguous: false });
    expect(error.message).toContain(text);
    expect(tokensOf(azure)).toBe(0);
  });

  it('that the application does not have is refused with the remedy', async () => {
    const azure = await start();
    const error = await failureOf(use(azure, { client_secret: '', client_certificate: pem }));
    expect(error).toMatchObject({ reason: 'unauthenticated', code: 'AADSTS700027' });
  });
});

describe('the identity of the machine', () => {
  const options: UnderTestOptions = {
    managedIdentities: [MACHINE],
    vaults: [{ name: 'test-vault', permissions: { [MACHINE.clientId]: AZURE_DOCUMENTED_PERMISSIONS } }],
  };
  const machineClient = (
    azure: AzureUnderTest,
    env: Record<string, string>,
    credentials: Record<string, string> = {},
  ): KmsClient => azure.openWith({ AZURE_TENANT_ID: TENANT, ...env }, { ...NONE, authority_host: '', ...credentials });

  it('is asked for at IDENTITY_ENDPOINT, as on App Service', async () => {
    const azure = await start(options);
    const found = machineClient(azure, {
      IDENTITY_ENDPOINT: `${azure.vault.identityUrl}/msi/token`,
      IDENTITY_HEADER: azure.vault.identityHeader,
    });
    expect(await found.readLabels('k-1700000000', signal)).toEqual({ outcome: 'unknown' });
    expect((await found.probePermissions(signal)).credentials.source).toBe('managed identity');
  });

  it('is asked for at the metadata service, one of several by its client id', async () => {
    const azure = await start(options);
    const env = {
      AZURE_POD_IDENTITY_AUTHORITY_HOST: azure.vault.identityUrl,
      KEYMGMT_ALLOWED_ENDPOINTS: `${azure.vault.identityUrl};ambient,${azure.vault.url};ambient`,
    };
    const found = machineClient(azure, env);
    expect(await found.readLabels('k-1700000000', signal)).toEqual({ outcome: 'unknown' });
    const chosen = machineClient(azure, env, { client_id: MACHINE.clientId });
    expect(await chosen.readLabels('k-1700000000', signal)).toEqual({ outcome: 'unknown' });
    const other = machineClient(azure, env, { client_id: APPLICATION.clientId });
    const error = await failureOf(other.readLabels('k-1700000000', signal));
    expect(error.message).toContain('the Instance Metadata Service (IMDS) answers with status 400 (invalid_request)');
  });

  it('is refused where it is of another tenant than tenant_id', async () => {
    const azure = await start({ ...options, tenantId: '77777777-0000-4000-8000-000000000007' });
    const found = machineClient(azure, {
      IDENTITY_ENDPOINT: `${azure.vault.identityUrl}/msi/token`,
      IDENTITY_HEADER: azure.vault.identityHeader,
    });
    const error = await failureOf(found.readLabels('k-1700000000', signal));
    expect(error.message).toContain(`is of tenant 77777777-0000-4000-8000-000000000007, not of tenant_id ${TENANT}`);
  });

  it.each<[Record<string, string>, string]>([
    [{ IDENTITY_ENDPOINT: 'http://elsewhere.example/msi/token', IDENTITY_HEADER: 'h' }, 'is not a URL on this machine'],
    [{ IDENTITY_ENDPOINT: 'http://127.0.0.1:1/msi/token' }, 'as on Azure Arc, which is not supported'],
    [{ AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://elsewhere.example' }, 'leads to http://elsewhere.example'],
  ])('is not asked for anywhere else: %j', async (env, text) => {
    const azure = await start(options);
    const error = await failureOf(machineClient(azure, env).readLabels('k-1700000000', signal));
    expect(error).toMatchObject({ reason: 'unauthenticated', ambiguous: false });
    expect(error.message).toContain(text);
  });
});

describe('workload identity', () => {
  const folder = mkdtempSync(join(tmpdir(), 'azure-token-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const workload = (file: string): NonNullable<UnderTestOptions['env']> => ({
    AZURE_TENANT_ID: TENANT,
    AZURE_CLIENT_ID: APPLICATION.clientId,
    AZURE_FEDERATED_TOKEN_FILE: file,
  });

  it('signs in with the token of the file, as it is at that time', async () => {
    const issuer = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const subject = 'system:serviceaccount:vault:vault';
    const file = join(folder, 'token');
    const azure = await start({
      env: workload(file),
      applications: [
        {
          clientId: APPLICATION.clientId,
          federatedCredentials: [
            {
              issuer: 'https://issuer.example',
              subject,
              publicKey: issuer.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
            },
          ],
        },
      ],
    });
    const write = (sub: string): void => {
      const at = Math.floor(azure.retry.clock.now() / 1000);
      const claims = {
        iss: 'https://issuer.example',
        sub,
        aud: 'api://AzureADTokenExchange',
        iat: at,
        nbf: at,
        exp: at + 3600,
      };
      const signed = [{ alg: 'RS256', typ: 'JWT' }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      writeFileSync(
        file,
        `${signed}.${sign('sha256', Buffer.from(signed), issuer.privateKey).toString('base64url')}\n`,
      );
    };
    write('system:serviceaccount:other:other');
    const client = azure.open(NONE);
    const error = await failureOf(client.readLabels('k-1700000000', signal));
    expect(error).toMatchObject({ reason: 'unauthenticated', code: 'AADSTS700213' });
    write(subject);
    expect(await client.readLabels('k-1700000000', signal)).toEqual({ outcome: 'unknown' });
    expect((await client.probePermissions(signal)).credentials.source).toBe(
      `workload identity "${APPLICATION.clientId}"`,
    );
  });

  it.each([
    ['none', 'ENOENT'],
    ['/dev/zero', 'not a file'],
  ])('says why the file %s cannot be read, and sends nothing', async (file, why) => {
    const azure = await start({ env: workload(resolve(folder, file)) });
    const error = await failureOf(use(azure, NONE));
    expect(error.message).toContain(`the file that AZURE_FEDERATED_TOKEN_FILE names cannot be read (${why})`);
    expect(tokensOf(azure)).toBe(0);
  });
});
