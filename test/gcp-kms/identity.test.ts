import { describe, expect, it } from 'vitest';
import { newServiceAccount, keyFile } from '../../dev/gcp-kms/identity/service-account.ts';
import { RING } from '../../dev/gcp-kms/kms.ts';
import {
  accessToken,
  askToken,
  assertionClaims,
  clientWith,
  postForm,
  running,
  signJwt,
  VAULT,
  type Json,
} from './client.ts';

const KEYS = `${RING}/cryptoKeys`;
const OTHER = newServiceAccount('other');

describe('token endpoint', () => {
  it('gives an access token for an assertion that the key of the file has signed', async () => {
    const kms = await running();
    const file = keyFile(VAULT, `${kms.identityUrl}/token`);
    expect(file).toMatchObject({ type: 'service_account', client_email: VAULT.email });
    const { status, json } = await askToken(kms, signJwt(VAULT, assertionClaims(kms, VAULT)));
    expect({ status, json }).toMatchObject({ status: 200, json: { expires_in: 3599, token_type: 'Bearer' } });
    await clientWith(kms, String(json['access_token'])).ok('GET', KEYS);
    expect(kms.calls()).toMatchObject([
      { action: 'Token', caller: VAULT.email, outcome: 'ok' },
      { action: 'ListCryptoKeys', caller: VAULT.email, outcome: 'ok', resource: RING },
    ]);
  });

  it.each<readonly [string, Json, string]>([
    ['issuer', { iss: OTHER.email }, 'Invalid grant: account not found'],
    ['audience', { aud: 'https://example.com/token' }, 'Invalid JWT: Failed audience check.'],
    ['life', { exp: Math.floor(Date.now() / 1000) + 3700 }, 'Invalid JWT: Token must be a short-lived token'],
    ['time', { iat: 1_500_000_000, exp: 1_500_003_600 }, 'Invalid JWT: Token must be a short-lived token'],
    ['scope', { scope: undefined }, 'Invalid OAuth scope'],
    ['subject', { sub: 'user@example.com' }, 'Client is unauthorized'],
  ])('refuses an assertion with another %s', async (_claim, change, description) => {
    const kms = await running();
    const { status, json } = await askToken(kms, signJwt(VAULT, { ...assertionClaims(kms, VAULT), ...change }));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(json['error_description']).toContain(description);
  });

  it('refuses the signature of another key, and another algorithm', async () => {
    const kms = await running();
    const claims = assertionClaims(kms, VAULT);
    const forged = await askToken(kms, signJwt({ ...OTHER, keyId: VAULT.keyId }, claims));
    expect(forged.json).toEqual({ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' });
    const unsigned = await askToken(kms, signJwt(VAULT, claims, { alg: 'none' }));
    expect(unsigned.json).toMatchObject({ error: 'invalid_grant' });
    const form = await postForm(`${kms.identityUrl}/token`, { grant_type: 'password' });
    expect(form.json).toMatchObject({ error: 'unsupported_grant_type' });
  });
});

describe('access tokens of Cloud KMS', () => {
  it('may be JWTs that a service account has signed for the API, or with scopes', async () => {
    const kms = await running();
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: VAULT.email, sub: VAULT.email, iat, exp: iat + 3600 };
    const audience = signJwt(VAULT, { ...claims, aud: 'https://cloudkms.googleapis.com/' });
    await clientWith(kms, audience).ok('GET', KEYS);
    const scope = 'https://www.googleapis.com/auth/cloud-platform';
    await clientWith(kms, signJwt(VAULT, { ...claims, scope })).ok('GET', KEYS);
    for (const wrong of [
      signJwt(VAULT, { ...claims, aud: 'https://storage.googleapis.com/' }),
      signJwt({ ...OTHER, keyId: VAULT.keyId }, { ...claims, scope }),
      signJwt(VAULT, { ...claims, iat: iat - 7200, exp: iat - 3600, scope }),
    ]) {
      expect(await clientWith(kms, wrong).refused('GET', KEYS)).toContain('401 UNAUTHENTICATED');
    }
  });

  it('are refused without a scope for Cloud KMS, once expired, and when none is sent', async () => {
    let now = Date.now();
    const kms = await running({ signatureClock: { now: () => now } });
    const scope = 'https://www.googleapis.com/auth/devstorage.read_only';
    const { json } = await askToken(kms, signJwt(VAULT, { ...assertionClaims(kms, VAULT), scope }));
    expect(await clientWith(kms, String(json['access_token'])).refused('GET', KEYS)).toBe(
      '403 PERMISSION_DENIED: Request had insufficient authentication scopes.',
    );
    const client = clientWith(kms, await accessToken(kms));
    now += 3_599_000;
    const { json: expired } = await client.request('GET', KEYS);
    expect(expired['error']).toMatchObject({ code: 401, details: [{ reason: 'ACCESS_TOKEN_EXPIRED' }] });
    const none = await fetch(`${kms.url}/v1/${KEYS}`);
    expect(await none.json()).toMatchObject({ error: { code: 401, details: [{ reason: 'CREDENTIALS_MISSING' }] } });
    const revoked = clientWith(kms, await accessToken(kms, VAULT, now));
    kms.revokeTokens();
    expect(await revoked.refused('GET', KEYS)).toContain('401');
  });
});

describe('metadata server', () => {
  const read = (url: string, path: string, headers: Record<string, string> = { 'metadata-flavor': 'Google' }) =>
    fetch(`${url}/computeMetadata/v1/${path}`, { headers });

  it('gives project, email and token of the attached service account, to who sends its header', async () => {
    const { identityUrl, ...kms } = await running({ attachedServiceAccount: VAULT.email });
    const accounts = 'instance/service-accounts/default';
    const email = await read(identityUrl, `${accounts}/email`);
    expect(email.headers.get('metadata-flavor')).toBe('Google');
    expect(await email.text()).toBe(VAULT.email);
    expect(await (await read(identityUrl, 'project/project-id')).text()).toBe(VAULT.projectId);
    const token = (await (await read(identityUrl, `${accounts}/token`)).json()) as Json;
    await clientWith({ identityUrl, ...kms }, String(token['access_token'])).ok('GET', KEYS);
    expect((await read(identityUrl, `${accounts}/token`, {})).status).toBe(403);
    const forwarded = { 'metadata-flavor': 'Google', 'x-forwarded-for': '10.0.0.1' };
    expect((await read(identityUrl, `${accounts}/token`, forwarded)).status).toBe(403);
  });

  it('has no token where no service account is attached', async () => {
    const { identityUrl } = await running();
    expect((await read(identityUrl, 'instance/service-accounts/default/token')).status).toBe(404);
  });
});

describe('workload identity federation and impersonation', () => {
  const issuer = newServiceAccount('issuer');
  const audience =
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/k8s/providers/eks';
  const subject = 'system:serviceaccount:vault:vault';
  const workloadIdentity = {
    ...{ audience, issuer: 'https://oidc.example.com', publicKey: issuer.publicKey },
    subjects: [{ subject, allow: [], mayImpersonate: [VAULT.email] }],
  };
  const subjectToken = (change: Json = {}): string =>
    signJwt(issuer, {
      ...{ iss: 'https://oidc.example.com', aud: `https:${audience}`, sub: subject },
      ...{ exp: Math.floor(Date.now() / 1000) + 600, ...change },
    });
  const exchange = (identityUrl: string, token: string, change: Readonly<Record<string, string>> = {}) =>
    postForm(`${identityUrl}/v1/token`, {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      ...change,
    });
  const impersonate = async (identityUrl: string, token: unknown, email: string) => {
    const response = await fetch(`${identityUrl}/v1/projects/-/serviceAccounts/${email}:generateAccessToken`, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(token)}` },
      body: JSON.stringify({ scope: ['https://www.googleapis.com/auth/cloudkms'], lifetime: '600s' }),
    });
    return { status: response.status, json: (await response.json()) as Json };
  };

  it('exchanges the token of the provider, and impersonates the account that its subject may', async () => {
    const kms = await running({ workloadIdentity });
    const { status, json } = await exchange(kms.identityUrl, subjectToken());
    expect(status, JSON.stringify(json)).toBe(200);
    expect(json).toMatchObject({ issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' });
    const federated = clientWith(kms, String(json['access_token']));
    expect(await federated.refused('GET', KEYS)).toBe(
      `403 PERMISSION_DENIED: Permission 'cloudkms.cryptoKeys.list' denied on resource '${RING}' (or it may not exist).`,
    );
    const own = await impersonate(kms.identityUrl, json['access_token'], VAULT.email);
    expect(own.status, JSON.stringify(own.json)).toBe(200);
    await clientWith(kms, String(own.json['accessToken'])).ok('GET', KEYS);
    const other = await impersonate(kms.identityUrl, json['access_token'], OTHER.email);
    expect(other.json['error']).toMatchObject({
      ...{ code: 403, status: 'PERMISSION_DENIED' },
      details: [{ reason: 'IAM_PERMISSION_DENIED', metadata: { permission: 'iam.serviceAccounts.getAccessToken' } }],
    });
    expect(kms.calls().map(({ action }) => action)).toEqual([
      ...['ExchangeToken', 'ListCryptoKeys', 'GenerateAccessToken', 'ListCryptoKeys', 'GenerateAccessToken'],
    ]);
  });

  it.each<readonly [string, Json]>([
    ['issuer', { iss: 'https://example.com' }],
    ['audience', { aud: 'https://example.com' }],
    ['time', { exp: 1_500_000_000 }],
  ])('refuses a token of another %s', async (_what, change) => {
    const { identityUrl } = await running({ workloadIdentity });
    expect(await exchange(identityUrl, subjectToken(change))).toMatchObject({
      ...{ status: 400, json: { error: 'invalid_grant' } },
    });
  });

  it('refuses another pool, and the signature of another issuer', async () => {
    const { identityUrl } = await running({ workloadIdentity });
    const target = await exchange(identityUrl, subjectToken(), { audience: `${audience}2` });
    expect(target.json).toMatchObject({ error: 'invalid_target' });
    const forged = await exchange(identityUrl, signJwt(OTHER, { iss: 'https://oidc.example.com', sub: subject }));
    expect(forged.json).toMatchObject({ error: 'invalid_grant' });
  });
});
