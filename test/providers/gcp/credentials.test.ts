import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyFile, newServiceAccount } from '../../../dev/gcp-kms/identity/service-account.ts';
import type { GcpKms, GcpKmsOptions } from '../../../dev/gcp-kms/kms.ts';
import { gcpDriver } from '../../../src/providers/gcp/driver.ts';
import type { PermissionProbe } from '../../../src/providers/port.ts';
import { allowing } from '../../support/allowing.ts';
import { accessToken, signJwt } from '../../gcp-kms/client.ts';
import { frontOf, saying, serve } from './hostile.ts';
import { credentialsOf, keyFileFor, quickRetry, RING, running, setUp, VAULT } from './harness.ts';

const OTHER = newServiceAccount('other');
const fileFor = ({ identityUrl }: GcpKms, account = VAULT): string =>
  JSON.stringify(keyFile(account, `${identityUrl}/token`));

/** A file that is gone with the test. */
function fileOf(text: string, name = 'credentials.json'): string {
  const folder = mkdtempSync(join(tmpdir(), 'gcp-credentials-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** What a check says with these credentials, and who called Cloud KMS. */
async function checked(
  kms: GcpKms,
  credentials: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Pick<PermissionProbe, 'credentials' | 'problem'> & { readonly caller: string | undefined }> {
  const driver = gcpDriver({ env: { ...allowing(kms.url, kms.identityUrl), ...env }, retry: quickRetry() });
  const client = driver.connect({
    keyCollection: RING,
    credentials: credentialsOf({ endpoint: kms.url, ...credentials }),
  });
  onTestFinished(() => {
    client.close();
  });
  const found = await client.probePermissions(new AbortController().signal);
  const caller = kms.calls().findLast(({ action }) => action === 'TestIamPermissions')?.caller;
  return { credentials: found.credentials, problem: found.problem, caller };
}

const both: Partial<GcpKmsOptions> = { serviceAccounts: [VAULT, OTHER] };
const metadata = (kms: GcpKms): Readonly<Record<string, string>> => ({
  GCE_METADATA_HOST: new URL(kms.identityUrl).host,
});

describe('the order of sources', () => {
  it('is GOOGLE_CREDENTIALS, the configuration, and the default credentials', async () => {
    const kms = await running({ ...both, attachedServiceAccount: OTHER.email });
    const env = metadata(kms);
    const own = { credentials_json: fileFor(kms) };
    const other = fileFor(kms, OTHER);
    const whose = async (...given: readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>]) => {
      const { credentials, problem, caller } = await checked(kms, given[0], { ...env, ...given[1] });
      expect(problem).toBeUndefined();
      return [credentials.source, caller];
    };
    expect(await whose(own, { GOOGLE_CREDENTIALS: other })).toEqual(['GOOGLE_CREDENTIALS', OTHER.email]);
    expect(await whose(own, { GOOGLE_CREDENTIALS: fileOf(other) })).toEqual(['GOOGLE_CREDENTIALS', OTHER.email]);
    const adc = { GOOGLE_APPLICATION_CREDENTIALS: fileOf(other) };
    expect(await whose(own, adc)).toEqual(['configuration', VAULT.email]);
    expect(await whose({ service_account_file: fileFor(kms) }, adc)).toEqual(['configuration', VAULT.email]);
    expect(await whose({ service_account_file: fileOf(fileFor(kms)) }, adc)).toEqual([
      'service_account_file',
      VAULT.email,
    ]);
    expect(await whose({}, adc)).toEqual(['GOOGLE_APPLICATION_CREDENTIALS', OTHER.email]);
    const gcloud = fileOf(fileFor(kms), '.config/gcloud/application_default_credentials.json');
    expect(await whose({}, { HOME: gcloud.replace(/\/\.config.*/, '') })).toEqual(["gcloud's file", VAULT.email]);
    expect(await whose({}, { CLOUDSDK_CONFIG: dirname(gcloud) })).toEqual(["gcloud's file", VAULT.email]);
    expect(await whose({}, {})).toEqual(['metadata server', OTHER.email]);
  });

  it.each([
    [
      'a file that is not there',
      { service_account_file: '/nonexistent/x.json' },
      {},
      'cannot be read by the plugin (ENOENT)',
    ],
    ['a file that is no JSON', {}, { GOOGLE_CREDENTIALS: '/etc/passwd' }, 'its content is not JSON'],
    ['a default that is not there', {}, { GOOGLE_APPLICATION_CREDENTIALS: '/nonexistent/x' }, '(ENOENT)'],
  ])('goes to no other source after %s', async (_case, credentials, env, text) => {
    const kms = await running({ attachedServiceAccount: VAULT.email });
    const found = await checked(kms, credentials, { ...metadata(kms), ...env });
    expect(found.problem).toContain(text);
    expect(found.problem).not.toContain('root:');
    expect(kms.calls()).toEqual([]);
  });

  it('ends with what is missing', async () => {
    const kms = await running();
    const { problem } = await checked(kms, {}, { GCE_METADATA_HOST: '127.0.0.1:1' });
    expect(problem).toContain('no credentials from metadata server');
    expect(problem).toContain('none in GOOGLE_CREDENTIALS, the configuration');
  });
});

describe('impersonation', () => {
  it('acts as the account of impersonated credentials', async () => {
    const kms = await running({ serviceAccounts: [{ ...VAULT, mayImpersonate: [OTHER.email] }, OTHER] });
    const url = `${kms.identityUrl}/v1/projects/-/serviceAccounts/${OTHER.email}:generateAccessToken`;
    const source_credentials = keyFile(VAULT, `${kms.identityUrl}/token`);
    const text = JSON.stringify({
      type: 'impersonated_service_account',
      service_account_impersonation_url: url,
      source_credentials,
    });
    expect(await checked(kms, { credentials_json: text })).toMatchObject({ problem: undefined, caller: OTHER.email });
  });

  it('that is not allowed says so', async () => {
    const kms = await running(both);
    const url = `${kms.identityUrl}/v1/projects/-/serviceAccounts/${OTHER.email}:generateAccessToken`;
    const source_credentials = keyFile(VAULT, `${kms.identityUrl}/token`);
    const text = JSON.stringify({
      type: 'impersonated_service_account',
      service_account_impersonation_url: url,
      source_credentials,
    });
    const { problem } = await checked(kms, { credentials_json: text });
    expect(problem).toMatch(/no credentials from configuration: .* refused: .*PERMISSION_DENIED/);
  });
});

describe('workload identity federation', () => {
  const issuer = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { format: 'pem', type: 'spki' },
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
  });
  const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/k8s';
  const workloadIdentity = {
    audience,
    issuer: 'https://issuer.example.com',
    publicKey: issuer.publicKey,
    subjects: [{ subject: 'system:serviceaccount:vault:vault' }],
  };
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://issuer.example.com',
    sub: 'system:serviceaccount:vault:vault',
    aud: audience,
    iat: now,
    exp: now + 600,
  };
  const token = signJwt({ privateKey: issuer.privateKey, keyId: 'k' }, claims);
  const external = (kms: GcpKms, credential_source: object): string =>
    JSON.stringify({
      ...{ type: 'external_account', audience, subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' },
      ...{ token_url: `${kms.identityUrl}/v1/token`, credential_source },
    });

  it.each([
    ['a text file', (): object => ({ file: fileOf(`${token}\n`, 'token') })],
    [
      'a member of a JSON file',
      (): object => ({
        file: fileOf(JSON.stringify({ id_token: token }), 'token'),
        format: { type: 'json', subject_token_field_name: 'id_token' },
      }),
    ],
  ])('takes the token from %s', async (_case, source) => {
    const kms = await running({ workloadIdentity });
    const found = await checked(kms, {}, { GOOGLE_CREDENTIALS: external(kms, source()) });
    expect(found.problem).toBeUndefined();
    expect(found.caller).toMatch(/^principal:\/\//);
  });

  describe('with the token at a URL', () => {
    const at = async (kms: GcpKms, answer: RequestListener, format?: object, over: object = {}) => {
      const asked: IncomingHttpHeaders[] = [];
      const url = await serve((request, response) => {
        asked.push(request.headers);
        answer(request, response);
      });
      const source = { url: `${url}/token`, headers: { 'x-identity': 'of-the-machine' }, format };
      const text = JSON.stringify({ ...(JSON.parse(external(kms, source)) as object), ...over });
      const env = { ...allowing(kms.url, kms.identityUrl, url), GOOGLE_CREDENTIALS: text };
      return { ...(await checked(kms, {}, env)), asked };
    };

    it.each([
      ['as a text', `${token}\n`, undefined],
      ['in JSON', JSON.stringify({ value: token }), { type: 'json', subject_token_field_name: 'value' }],
    ])('takes it %s, with the headers of the source', async (_case, text, format) => {
      const kms = await running({ workloadIdentity });
      const { problem, caller, asked } = await at(kms, saying(200, text), format);
      expect(problem).toBeUndefined();
      expect(caller).toMatch(/^principal:\/\//);
      expect(asked).toMatchObject([{ 'x-identity': 'of-the-machine' }]);
    });

    it.each<[string, RequestListener, string]>([
      ['refuses', saying(403, { error: 'no', error_description: 'by of-the-machine' }), 'refused: no, by [redacted]'],
      ['fails', saying(500, ''), 'refused: HTTP 500'],
      ['redirects', saying(302, '', { location: 'http://127.0.0.1:1/' }), 'refused: HTTP 302'],
      ['answers HTML', saying(200, '<html> <body>'), 'is not a token'],
      ['answers nothing', saying(200, ''), 'is not a token'],
      ['answers another one', saying(200, 'eyJhbGciOiJub25lIn0.e30.'), 'refused: invalid_'],
    ])('has none where it %s', async (_case, answer, why) => {
      const kms = await running({ workloadIdentity });
      const { problem, caller } = await at(kms, answer);
      expect(problem).toMatch(/^no credentials from GOOGLE_CREDENTIALS: /);
      expect(problem).toContain(why);
      expect(problem).not.toMatch(/of-the-machine|eyJ/);
      expect(caller).toBeUndefined();
    });

    it('acts as the service account of service_account_impersonation_url', async () => {
      const subjects = [{ subject: claims.sub, mayImpersonate: [OTHER.email] }];
      const kms = await running({ ...both, workloadIdentity: { ...workloadIdentity, subjects } });
      const as = (email: string): object => ({
        service_account_impersonation_url: `${kms.identityUrl}/v1/projects/-/serviceAccounts/${email}:generateAccessToken`,
      });
      expect(await at(kms, saying(200, token), undefined, as(OTHER.email))).toMatchObject({
        problem: undefined,
        caller: OTHER.email,
      });
      const { problem } = await at(kms, saying(200, token), undefined, as(VAULT.email));
      expect(problem).toMatch(/refused: PERMISSION_DENIED, Permission 'iam\.serviceAccounts\.getAccessToken' denied/);
    });
  });

  it('asks no address that the operator has not allowed', async () => {
    const kms = await running({ workloadIdentity });
    const { problem } = await checked(
      kms,
      {},
      { GOOGLE_CREDENTIALS: external(kms, { url: 'http://127.0.0.1:9/token' }) },
    );
    expect(problem).toContain('a credential_source at http://127.0.0.1:9: have the operator');
  });

  it('is not taken from a configuration, even one that is stored', async () => {
    const kms = await running({ workloadIdentity });
    const { problem } = await checked(kms, { credentials_json: external(kms, { file: '/etc/passwd' }) });
    expect(problem).toContain('have its operator give them');
    expect(kms.calls()).toEqual([]);
  });
});

describe('the credentials of a user', () => {
  const user = { type: 'authorized_user', client_id: 'id-of-gcloud', client_secret: 'a-secret-of-gcloud' };
  const file = (token_uri: string): string => JSON.stringify({ ...user, refresh_token: 'a-refresh-token', token_uri });

  it('give a token for their refresh token', async () => {
    const kms = await running();
    const forms: object[] = [];
    const access_token = await accessToken(kms, VAULT);
    const url = await serve((request, response) => {
      void textOf(request).then((body) => {
        forms.push(Object.fromEntries(new URLSearchParams(body)));
        response.end(JSON.stringify({ access_token, expires_in: 3599, token_type: 'Bearer', scope: 'cloud-platform' }));
      });
    });
    const env = allowing(kms.url, url);
    expect(await checked(kms, {}, { ...env, GOOGLE_APPLICATION_CREDENTIALS: fileOf(file(`${url}/token`)) })).toEqual({
      credentials: { source: 'GOOGLE_APPLICATION_CREDENTIALS', id: '' },
      problem: undefined,
      caller: VAULT.email,
    });
    expect(forms).toEqual([
      {
        grant_type: 'refresh_token',
        client_id: 'id-of-gcloud',
        client_secret: 'a-secret-of-gcloud',
        refresh_token: 'a-refresh-token',
      },
    ]);
  });

  it('that were revoked are refused with the words of Google, and without a secret', async () => {
    const kms = await running();
    const error_description = 'Token has been expired or revoked: a-refresh-token of a-secret-of-gcloud';
    const url = await serve(saying(400, { error: 'invalid_grant', error_description }));
    const { problem } = await checked(kms, { credentials_json: file(`${url}/token`) }, allowing(kms.url, url));
    expect(problem).toContain('refused: invalid_grant, Token has been expired or revoked: [redacted] of [redacted]');
    expect(kms.calls()).toEqual([]);
  });
});

describe('quota_project_id', () => {
  it.each([
    ['acme-quota', 'acme-quota'],
    ['example.com:acme', 'example.com:acme'],
    ['a\r\nx-other: 1', undefined],
    ['', undefined],
    [7, undefined],
  ])('%j is sent to Cloud KMS as x-goog-user-project %j', async (quota_project_id, sent) => {
    const kms = await running();
    const front = await frontOf(kms);
    const given = JSON.stringify({ ...keyFile(VAULT, `${kms.identityUrl}/token`), quota_project_id });
    const env = allowing(front.url, kms.identityUrl);
    expect(await checked(kms, { credentials_json: given, endpoint: front.url }, env)).toMatchObject({
      problem: undefined,
    });
    expect(front.asked.map(({ headers }) => headers['x-goog-user-project'])).toEqual([sent]);
  });
});

describe('tokens', () => {
  it('are fetched once for calls side by side, and used until they expire', async () => {
    const { kms, client, signal } = await setUp();
    await Promise.all([1, 2, 3].map(() => client.surveyNames(signal)));
    await client.surveyNames(signal);
    expect(kms.calls().filter(({ action }) => action === 'Token')).toHaveLength(1);
  });

  it('that were revoked are fetched anew, once', async () => {
    const { kms, client, signal } = await setUp();
    expect(await client.surveyNames(signal)).toMatchObject({ outcome: 'seen' });
    kms.revokeTokens();
    expect(await client.surveyNames(signal)).toMatchObject({ outcome: 'seen' });
    expect(kms.calls().filter(({ action }) => action === 'Token')).toHaveLength(2);
  });

  it('are not sent to a token endpoint that is taken off the allow list', async () => {
    const kms = await running();
    const env = { ...allowing(kms.url) };
    const driver = gcpDriver({ env, retry: quickRetry() });
    const client = driver.connect({
      keyCollection: RING,
      credentials: credentialsOf({ endpoint: kms.url, credentials_json: keyFileFor(kms) }),
    });
    const { problem } = await client.probePermissions(new AbortController().signal);
    expect(problem).toContain("that is not one of Google's services for tokens");
    expect(kms.calls()).toEqual([]);
    client.close();
  });

  it('of a key that Google does not know are refused with its words, and without the assertion', async () => {
    const kms = await running();
    const text = fileFor(kms, { ...VAULT, privateKey: OTHER.privateKey });
    const { problem } = await checked(kms, { credentials_json: text });
    expect(problem).toContain('refused: invalid_grant, Invalid JWT Signature.');
    expect(problem).not.toMatch(/eyJ/);
  });
});
