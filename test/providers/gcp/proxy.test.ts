import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { keyFile, newServiceAccount } from '../../../dev/gcp-kms/identity/service-account.ts';
import { startGcpKms, type GcpKms } from '../../../dev/gcp-kms/kms.ts';
import { gcpDriver } from '../../../src/providers/gcp/driver.ts';
import { recordedAttempt } from '../../../src/providers/attempt.ts';
import type { KmsClient } from '../../../src/providers/port.ts';
import { HOME } from '../../../src/providers/step.ts';
import { clockOf } from '../../support/clock.ts';
import { certificateAuthority, type CertificateAuthority } from '../../support/proxy/certificate-authority.ts';
import { startConnectProxy, type ConnectProxy, type ConnectProxyOptions } from '../../support/proxy/connect-proxy.ts';
import { startTlsFront, type TlsFront } from '../../support/proxy/tls-front.ts';
import { NAME, targetOf } from '../target.ts';
import { failureOf, refuseSecrets } from './hostile.ts';
import { credentialsOf, RING, VAULT, wrappingKeys } from './harness.ts';

/** Google's own hosts, which no test may reach but through its proxy. */
const [KMS, OAUTH, IAM] = ['cloudkms.googleapis.com', 'oauth2.googleapis.com', 'iamcredentials.googleapis.com'];
const PASSWORD = 'a-password-of-the-proxy';
const OTHER = newServiceAccount('other');
const OWN = { credentials_json: JSON.stringify(keyFile(VAULT, `https://${OAUTH}/token`)) };
const { signal } = new AbortController();

let ca: CertificateAuthority;
let kms: GcpKms;
let fronts: { readonly kms: TlsFront; readonly identity: TlsFront; readonly impostor: TlsFront };
beforeAll(async () => {
  ca = certificateAuthority();
  const serviceAccounts = [{ ...VAULT, mayImpersonate: [OTHER.email] }, OTHER];
  kms = await startGcpKms({
    serviceAccounts,
    wrappingKeys,
    attachedServiceAccount: OTHER.email,
    pending: { jobReads: 0 },
  });
  await wrappingKeys.take(4096, 0);
  const google = ca.issue(KMS, OAUTH, IAM);
  fronts = {
    kms: await startTlsFront(google, kms.url),
    identity: await startTlsFront(google, kms.identityUrl),
    impostor: await startTlsFront(ca.issue('localhost'), kms.url),
  };
});
afterAll(async () => {
  await Promise.all(Object.values(fronts).map((front) => front.close()));
  await kms.close();
  ca.remove();
});

/** A proxy that leads to Google's hosts, and ends with the test, which fails if anything but a CONNECT has reached it. */
async function proxyOf(options: Partial<ConnectProxyOptions> = {}): Promise<ConnectProxy> {
  const destinations = {
    [`${KMS}:443`]: fronts.kms.port,
    [`${OAUTH}:443`]: fronts.identity.port,
    [`${IAM}:443`]: fronts.identity.port,
    ...options.destinations,
  };
  const proxy = await startConnectProxy({ ...options, destinations });
  onTestFinished(async () => {
    await proxy.close();
    expect(proxy.faults()).toEqual([]);
  });
  return proxy;
}

const url = ({ port }: ConnectProxy, userInfo = ''): string => `http://${userInfo}localhost:${port}`;

function account(
  env: Readonly<Record<string, string | undefined>>,
  credentials: Readonly<Record<string, string>> = OWN,
): KmsClient {
  const client = gcpDriver({
    env: { NODE_EXTRA_CA_CERTS: ca.rootFile, ...env },
    // No time passes while a call waits to be repeated, until it gives up.
    retry: { clock: clockOf(() => Date.now()), random: () => 0, wait: () => Promise.reject(new Error('no retry')) },
    requestTimeoutMs: 10_000,
  }).connect({ keyCollection: RING, credentials: credentialsOf(credentials) });
  onTestFinished(() => {
    client.close();
  });
  return client;
}

let made = 0;
/** Makes a CryptoKey. */
const create = (client: KmsClient) =>
  client.perform(
    { action: 'create_container', place: HOME },
    targetOf({ name: `k-${1_700_000_000 + made++}` }),
    signal,
  );
const callers = (): readonly string[] => kms.calls().map(({ action, caller }) => `${action} ${caller}`);

describe('a proxy', () => {
  it('is asked to connect to the token endpoint and to Cloud KMS, and sees nothing of what is sent there', async () => {
    const proxy = await proxyOf();
    const client = account({ HTTPS_PROXY: url(proxy) });
    expect(await create(client)).toMatchObject({ changed: true });
    expect(proxy.asked()).toEqual([`${OAUTH}:443`, `${KMS}:443`]);
    for (const text of ['Bearer', 'assertion', 'cryptoKeys', VAULT.email]) {
      expect(proxy.seen().includes(text)).toBe(false);
    }
    expect((await client.probePermissions(signal)).proxy).toBe(url(proxy));
  });

  it('gets user and password if they are given', async () => {
    const proxy = await proxyOf({ credentials: `u@corp:${PASSWORD}/` });
    await create(account({ HTTPS_PROXY: url(proxy, `u%40corp:${PASSWORD}%2F@`) }));
    expect(proxy.asked()).toHaveLength(2);
  });

  it('is not used for the metadata server', async () => {
    const proxy = await proxyOf();
    const env = { HTTPS_PROXY: url(proxy), HTTP_PROXY: url(proxy), GCE_METADATA_HOST: new URL(kms.identityUrl).host };
    await create(account(env, {}));
    expect(proxy.asked()).toEqual([`${KMS}:443`]);
    expect(callers().slice(-2)).toEqual([`Metadata ${OTHER.email}`, `CreateCryptoKey ${OTHER.email}`]);
  });

  it('is not used for what NO_PROXY has', async () => {
    const proxy = await proxyOf();
    const env = { HTTPS_PROXY: url(proxy), NO_PROXY: 'oauth2.googleapis.com' };
    // Whether or not there is a network, the connection is a direct one.
    await failureOf(create(account(env)));
    expect(proxy.asked()).toEqual([]);
  });

  it.each([
    ['the token endpoint', [OAUTH, KMS], OAUTH],
    ['Cloud KMS', [KMS], KMS],
  ])('that refuses to connect to %s is named, and nothing is ambiguous', async (_what, refused, host) => {
    const proxy = await startConnectProxy({
      credentials: `a-user:${PASSWORD}`,
      destinations: refused.includes(OAUTH) ? {} : { [`${OAUTH}:443`]: fronts.identity.port },
    });
    onTestFinished(() => proxy.close());
    const error = await failureOf(create(account({ HTTPS_PROXY: url(proxy, `a-user:${PASSWORD}@`) })));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toMatch(/^cryptoKeys\.create: (?:no credentials from configuration: \S+: )?the proxy at/);
    expect(error.message).toContain(`refuses to connect to ${host}:443`);
    expect(error.message).not.toMatch(/a-user|a-password/);
  });
});

describe('certificates', () => {
  it('of an authority that is not known are refused by name, and no token is asked for', async () => {
    const proxy = await proxyOf();
    const before = kms.calls().length;
    const error = await failureOf(create(account({ HTTPS_PROXY: url(proxy), NODE_EXTRA_CA_CERTS: undefined })));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toContain(`the certificate of ${OAUTH} (through the proxy at http://localhost:`);
    expect(error.message).toContain('where its CA is one of yours, give it in NODE_EXTRA_CA_CERTS');
    expect(kms.calls()).toHaveLength(before);
  });

  it('of another host are refused, and no token is sent there', async () => {
    const proxy = await proxyOf({ destinations: { [`${KMS}:443`]: fronts.impostor.port } });
    const before = kms.calls().length;
    const error = await failureOf(create(account({ HTTPS_PROXY: url(proxy) })));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false, code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(callers().slice(before)).toEqual([`Token ${VAULT.email}`]);
  });

  it('of another host are refused for tokens, and no assertion is sent there', async () => {
    const proxy = await proxyOf({ destinations: { [`${OAUTH}:443`]: fronts.impostor.port } });
    const before = kms.calls().length;
    const error = await failureOf(create(account({ HTTPS_PROXY: url(proxy) })));
    expect(error).toMatchObject({ reason: 'invalid_request', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(kms.calls()).toHaveLength(before);
  });

  it('do not make an import unambiguous whose answer is lost behind the proxy', async () => {
    const proxy = await proxyOf();
    const client = account({ HTTPS_PROXY: url(proxy) });
    const target = { ...targetOf(), container: NAME, wrappingKey: 'gcp-wrapping-1700000000' };
    await client.perform({ action: 'create_container', place: HOME }, target, signal);
    kms.faults.set(({ action }) => (action === 'ImportCryptoKeyVersion' ? { when: 'after', drop: true } : undefined));
    onTestFinished(() => {
      kms.faults.clear();
    });
    const attempt = recordedAttempt({ attempt: 'attempt-1', version: 1, distributedName: NAME });
    const step = { action: 'create', version: 1, place: HOME, to: 'pending' } as const;
    const error = await failureOf(client.create(step, attempt, target, signal));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: true });
    expect(error.message).toMatch(/lost the connection to cloudkms\.googleapis\.com \(through the proxy at/);
    expect(await client.find(attempt, target, signal)).toMatchObject({ outcome: 'proven' });
  });
});

describe('impersonate_service_account', () => {
  const as = (email: string) => ({ ...OWN, impersonate_service_account: email });

  it('acts as the account, with a token that calls Cloud KMS alone', async () => {
    const proxy = await proxyOf();
    const before = kms.calls().length;
    const client = account({ HTTPS_PROXY: url(proxy) }, as(OTHER.email));
    await create(client);
    expect(callers().slice(before)).toEqual([
      `Token ${VAULT.email}`,
      `GenerateAccessToken ${VAULT.email}`,
      `CreateCryptoKey ${OTHER.email}`,
    ]);
    expect(proxy.asked()).toEqual([`${OAUTH}:443`, `${IAM}:443`, `${KMS}:443`]);
    expect((await client.probePermissions(signal)).credentials).toEqual({ source: 'configuration', id: OTHER.email });
  });

  it('of the attached service account goes by the metadata server', async () => {
    const proxy = await proxyOf();
    const env = { HTTPS_PROXY: url(proxy), GCE_METADATA_HOST: new URL(kms.identityUrl).host };
    const { problem } = await account(env, { impersonate_service_account: VAULT.email }).probePermissions(signal);
    // The account that is attached may not.
    expect(problem).toMatch(
      /^no credentials from metadata server: iamcredentials\.googleapis\.com refused: PERMISSION_DENIED/,
    );
  });

  it.each(['nobody@acme-prod.iam.gserviceaccount.com', VAULT.email])(
    'of %s, which is not allowed, says so',
    async (email) => {
      const proxy = await proxyOf();
      const before = kms.calls().length;
      const error = await failureOf(create(account({ HTTPS_PROXY: url(proxy) }, as(email))));
      expect(error).toMatchObject({ reason: 'unauthenticated', ambiguous: false });
      expect(error.message).toContain(`no credentials from configuration: ${IAM} refused: PERMISSION_DENIED`);
      expect(error.message).toContain('iam.serviceAccounts.getAccessToken');
      expect(
        callers()
          .slice(before)
          .some((each) => each.startsWith('CreateCryptoKey')),
      ).toBe(false);
      refuseSecrets('a check', await account({ HTTPS_PROXY: url(proxy) }, as(email)).probePermissions(signal));
    },
  );
});
