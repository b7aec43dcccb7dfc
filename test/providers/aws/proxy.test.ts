import { describe, expect, it, onTestFinished } from 'vitest';
import { waitUntil } from '../../../dev/servers/wait-until.ts';
import { awsDriver } from '../../../src/providers/aws/driver.ts';
import { secret } from '../../../src/support/secret.ts';
import { allowing } from '../../support/allowing.ts';
import { clockOf } from '../../support/clock.ts';
import {
  ACCESS_KEY,
  KMS_HOST,
  REGION,
  STS_HOST,
  useCompanyNetwork,
  type CompanyNetwork,
} from '../../support/proxy/company-network.ts';
import type { ConnectProxy, ConnectProxyOptions, Misconduct } from '../../support/proxy/connect-proxy.ts';
import { startTlsFront, type TlsFront } from '../../support/proxy/tls-front.ts';
import { create, type Opened } from '../calls.ts';
import { ambient, fileOf, metadataAnswer, serve, type Variables } from './ambient.ts';
import { failure } from './harness.ts';

const network = useCompanyNetwork();
const PASSWORD = 'a-password-of-the-proxy';
const OWN = { access_key: ACCESS_KEY.accessKeyId, secret_key: ACCESS_KEY.secretAccessKey };

/** A proxy that ends with the test, which fails if anything but a proper CONNECT has reached it. */
async function proxyOf(options: Partial<ConnectProxyOptions> = {}): Promise<ConnectProxy> {
  const proxy = await network().proxy(options);
  onTestFinished(async () => {
    await proxy.close();
    expect(proxy.faults()).toEqual([]);
  });
  return proxy;
}

interface Account {
  readonly env: Variables;
  readonly credentials?: Readonly<Record<string, string>>;
  readonly requestTimeoutMs?: number;
}

/** An account that believes the company's authority, unless `env` says otherwise. */
function account({ env, credentials = OWN, requestTimeoutMs = 5_000 }: Account): Opened {
  const variables = { AWS_CA_BUNDLE: network().ca.rootFile, ...env };
  const client = awsDriver({
    env: Object.keys(credentials).length > 0 ? variables : ambient(variables),
    requestTimeoutMs,
    // No time passes while a call waits to be repeated, until it gives up.
    retry: { clock: clockOf(() => 0), random: () => 0, wait: async () => Promise.reject(new Error('no retry')) },
  }).connect({
    keyCollection: REGION,
    credentials: Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, secret(value)])),
  });
  onTestFinished(() => {
    client.close();
  });
  return { client, signal: new AbortController().signal };
}

const url = ({ port }: ConnectProxy, userInfo = '', scheme = 'http'): string =>
  `${scheme}://${userInfo}localhost:${port}`;
const keys = ({ kms }: CompanyNetwork): number => kms.keys(REGION).length;

describe('a proxy', () => {
  it('is asked to connect to AWS KMS, and sees nothing of what is sent there', async () => {
    const proxy = await proxyOf();
    const before = keys(network());
    await create(account({ env: { HTTPS_PROXY: url(proxy) } }));
    expect(keys(network())).toBe(before + 1);
    expect(proxy.asked()).toEqual([`${KMS_HOST}:443`]);
    expect(proxy.seen().includes('CreateKey')).toBe(false);
    expect(proxy.seen().includes(ACCESS_KEY.accessKeyId)).toBe(false);
  });

  it('serves several requests by one connection', async () => {
    const proxy = await proxyOf();
    const opened = account({ env: { HTTPS_PROXY: url(proxy) } });
    await create(opened);
    await create(opened, 2);
    expect(proxy.asked()).toHaveLength(1);
  });

  it('gets user and password if they are given, decoded', async () => {
    const proxy = await proxyOf({ credentials: `u@corp:${PASSWORD}/` });
    await create(account({ env: { HTTPS_PROXY: url(proxy, `u%40corp:${PASSWORD}%2F@`) } }));
    expect(proxy.asked()).toHaveLength(1);
  });

  it('is spoken to over TLS if its URL is https, by its own name', async () => {
    const proxy = await proxyOf({ identity: network().ca.issue('localhost') });
    await create(account({ env: { HTTPS_PROXY: url(proxy, '', 'https') } }));
    expect(proxy.asked()).toEqual([`${KMS_HOST}:443`]);
  });

  it('is used for STS as well', async () => {
    const proxy = await proxyOf();
    const { client, signal } = account({
      env: {
        https_proxy: url(proxy),
        AWS_WEB_IDENTITY_TOKEN_FILE: fileOf('a-token'),
        AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/keymgmt',
      },
      credentials: {},
    });
    const probe = await client.probePermissions(signal);
    expect(probe).toMatchObject({ credentials: { source: 'web identity' }, problem: undefined });
    expect(probe.proxy).toBe(url(proxy));
    expect([...new Set(proxy.asked())]).toEqual([`${STS_HOST}:443`, `${KMS_HOST}:443`]);
    expect(network().stsRequests().at(-1)?.get('WebIdentityToken')).toBe('a-token');
  });

  it('is used for STS if a profile of the shared files has a role', async () => {
    const proxy = await proxyOf();
    const { client, signal } = account({
      env: {
        HTTPS_PROXY: url(proxy),
        AWS_PROFILE: 'role',
        AWS_SHARED_CREDENTIALS_FILE: fileOf(
          `[base]\naws_access_key_id = ${OWN.access_key}\naws_secret_access_key = ${OWN.secret_key}\n` +
            '[role]\nrole_arn = arn:aws:iam::111122223333:role/keymgmt\nsource_profile = base\n',
        ),
      },
      credentials: {},
    });
    expect(await client.probePermissions(signal)).toMatchObject({ problem: undefined });
    expect(proxy.asked()[0]).toBe(`${STS_HOST}:443`);
  });

  it('is not used for the metadata services of containers and instances', async () => {
    const proxy = await proxyOf();
    const given = metadataAnswer({ ...ACCESS_KEY, sessionToken: 'a-token' });
    const service = await serve(({ url: path = '' }, response) => {
      response.end(path.endsWith('/token') ? 'token' : path.endsWith('/meta/') ? 'a-role' : given);
    });
    const everything = { HTTPS_PROXY: url(proxy), HTTP_PROXY: url(proxy), ALL_PROXY: url(proxy) };
    for (const [source, variables] of [
      ['container role', { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${service}/role` }],
      ['instance role', { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: service }],
    ] as const) {
      const { client, signal } = account({ env: { ...everything, ...variables }, credentials: {} });
      expect((await client.probePermissions(signal)).credentials.source).toBe(source);
    }
    expect(new Set(proxy.asked())).toEqual(new Set([`${KMS_HOST}:443`]));
  });

  it('is not used for what NO_PROXY has, nor for loopback', async () => {
    const proxy = await proxyOf();
    const { kms } = network();
    const credentials = { ...OWN, endpoint: kms.url };
    const env = { HTTP_PROXY: url(proxy), HTTPS_PROXY: url(proxy), ...allowing(kms.url) };
    const opened = account({ env, credentials });
    await create(opened);
    expect((await opened.client.probePermissions(opened.signal)).proxy).toBeUndefined();
    // Nothing answers there: the connection is a direct one.
    const exempt = { ...env, NO_PROXY: 'kms.invalid', ...allowing('https://kms.invalid') };
    const error = await failure(
      create(account({ env: exempt, credentials: { ...OWN, endpoint: 'https://kms.invalid' } })),
    );
    expect(error.message).toMatch(/^CreateKey: cannot reach kms\.invalid \(E/);
    expect(proxy.asked()).toEqual([]);
  });

  it('is asked by CONNECT for a listed endpoint of http, too', async () => {
    const endpoint = 'http://kms.company.example:8080';
    const proxy = await proxyOf({
      destinations: { 'kms.company.example:8080': Number(new URL(network().kms.url).port) },
    });
    await create(
      account({ env: { HTTP_PROXY: url(proxy), ...allowing(endpoint) }, credentials: { ...OWN, endpoint } }),
    );
    expect(proxy.asked()).toEqual(['kms.company.example:8080']);
  });

  it('leads to no endpoint that is not allowed', async () => {
    const proxy = await proxyOf();
    const endpoint = 'https://kms.elsewhere.example';
    const error = await failure(
      create(account({ env: { HTTPS_PROXY: url(proxy) }, credentials: { ...OWN, endpoint } })),
    );
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(proxy.asked()).toEqual([]);
  });
});

/** What a proxy does instead of connecting: reason, and what the message says. */
const REFUSALS: readonly (readonly [string, Misconduct, string, RegExp])[] = [
  [
    'asks for user and password',
    { kind: 'status', status: 407 },
    'invalid_request',
    /does not accept the user and password in HTTPS_PROXY: correct them \(HTTP 407\)$/,
  ],
  [
    'refuses the host',
    { kind: 'status', status: 403 },
    'invalid_request',
    /refuses to connect to kms\.eu-west-2\.amazonaws\.com:443: .* NO_PROXY \(HTTP 403\)$/,
  ],
  ['redirects', { kind: 'status', status: 302 }, 'unavailable', /refuses to connect .*\(HTTP 302\)$/],
  [
    'cannot connect itself',
    { kind: 'status', status: 502 },
    'unavailable',
    /cannot connect to kms\.eu-west-2\.amazonaws\.com:443 \(HTTP 502\)$/,
  ],
  [
    'answers as AWS would',
    { kind: 'status', status: 400, body: '{"__type":"AccessDeniedException"}' },
    'invalid_request',
    /refuses to connect/,
  ],
  [
    'closes the connection',
    { kind: 'closes' },
    'unavailable',
    /^CreateKey: cannot reach the proxy at http:\/\/localhost:\d+: correct HTTPS_PROXY, .* \(ECONNRESET\)$/,
  ],
  [
    'is no HTTP proxy',
    { kind: 'says', text: 'SSH-2.0-OpenSSH_9.9\r\n' },
    'invalid_request',
    /does not answer as an HTTP proxy: correct HTTPS_PROXY \(HPE_/,
  ],
  [
    'answers with endless headers',
    { kind: 'says', text: `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(20_000)}` },
    'invalid_request',
    /\(HPE_HEADER_OVERFLOW\)$/,
  ],
  [
    'answers with bytes of a destination',
    { kind: 'says', text: 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}' },
    'unavailable',
    /answers CONNECT with more than it should/,
  ],
  [
    'does not answer',
    { kind: 'silent' },
    'timeout',
    /^CreateKey: no answer from the proxy at http:\/\/localhost:\d+ in time/,
  ],
  ['begins an answer', { kind: 'says', text: 'HTTP/1.1 200 OK\r\n' }, 'timeout', /no answer from the proxy/],
];

describe('a request is not sent, and the proxy is named,', () => {
  it.each(REFUSALS)('if it %s', async (_what, misconduct, reason, text) => {
    const proxy = await proxyOf();
    proxy.misbehave(misconduct);
    const { kms } = network();
    const before = kms.calls().length;
    const env = { HTTPS_PROXY: url(proxy, `a-user:${PASSWORD}@`) };
    const error = await failure(create(account({ env, requestTimeoutMs: reason === 'timeout' ? 2_000 : 5_000 })));
    expect(error).toMatchObject({ reason, ambiguous: false });
    expect(error.message).toMatch(text);
    expect(error.message).toContain('localhost');
    expect(JSON.stringify([error, error.message])).not.toMatch(/a-user|a-password/);
    expect(kms.calls()).toHaveLength(before);
    await waitUntil('the connection to the proxy is closed', async () => proxy.open() === 0);
  });

  it('if it asks for user and password and there are none', async () => {
    const proxy = await proxyOf({ credentials: `a:${PASSWORD}` });
    const error = await failure(create(account({ env: { HTTPS_PROXY: url(proxy) } })));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toContain('asks for user and password: give them in HTTPS_PROXY');
  });

  it('if nobody listens there', async () => {
    const proxy = await proxyOf();
    await proxy.close();
    const error = await failure(create(account({ env: { HTTPS_PROXY: url(proxy) } })));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: false });
    expect(error.message).toMatch(
      /^CreateKey: cannot reach the proxy at http:\/\/localhost:\d+: correct HTTPS_PROXY, or add kms\./,
    );
  });

  it('if it does not speak TLS and should', async () => {
    const proxy = await network().proxy();
    onTestFinished(() => proxy.close());
    const error = await failure(create(account({ env: { HTTPS_PROXY: url(proxy, '', 'https') } })));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toMatch(/does not speak TLS: use http:\/\/ in HTTPS_PROXY/);
  });

  it('if the certificate of the proxy is that of another host', async () => {
    const proxy = await proxyOf({ identity: network().ca.issue(KMS_HOST) });
    const env = { HTTPS_PROXY: url(proxy, `a-user:${PASSWORD}@`, 'https') };
    const error = await failure(create(account({ env })));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toMatch(/certificate of the proxy at https:\/\/localhost:\d+ is not trusted/);
    expect(proxy.asked()).toEqual([]);
  });

  it('if STS is behind it, as a failure of the credentials', async () => {
    const proxy = await proxyOf({ destinations: {} });
    const env = {
      HTTPS_PROXY: url(proxy),
      AWS_WEB_IDENTITY_TOKEN_FILE: fileOf('a-token'),
      AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/keymgmt',
    };
    const error = await failure(create(account({ env, credentials: {} })));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toMatch(/no credentials from web identity: the proxy at \S+ refuses to connect to sts\./);
  });

  it('if the variable is not the URL of a proxy', async () => {
    const error = await failure(create(account({ env: { HTTPS_PROXY: 'socks5://localhost:1080' } })));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toMatch(/^CreateKey: environment variable HTTPS_PROXY is not the URL of an HTTP proxy/);
  });
});

describe('behind the proxy', () => {
  it('a certificate that is not trusted is refused, and nothing is sent', async () => {
    const proxy = await proxyOf();
    const error = await failure(create(account({ env: { HTTPS_PROXY: url(proxy), AWS_CA_BUNDLE: undefined } })));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toMatch(
      /^CreateKey: the certificate of kms\.eu-west-2 \(through the proxy at http:\/\/localhost:\d+\) is not trusted: .*: where its CA is one of yours, give it in AWS_CA_BUNDLE/,
    );
  });

  it('the certificate has to be that of AWS KMS, not that of the proxy', async () => {
    const proxy = await proxyOf({ destinations: { [`${KMS_HOST}:443`]: (await impostor()).port } });
    const error = await failure(create(account({ env: { HTTPS_PROXY: url(proxy) } })));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false, code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('an answer that is lost after the request was sent is ambiguous', async () => {
    const proxy = await proxyOf();
    const { kms } = network();
    kms.faults.set(() => ({ when: 'after', drop: true }));
    onTestFinished(() => {
      kms.faults.clear();
    });
    const error = await failure(create(account({ env: { HTTPS_PROXY: url(proxy) } })));
    expect(error).toMatchObject({ reason: 'unavailable', ambiguous: true });
    expect(error.message).toMatch(
      /lost the connection to kms\.eu-west-2 \(through the proxy at http:\/\/localhost:\d+\)/,
    );
  });
});

/** A server with a certificate that is trusted, and not AWS KMS's. */
async function impostor(): Promise<TlsFront> {
  const front = await startTlsFront(network().ca.issue('localhost'), network().kms.url);
  onTestFinished(() => front.close());
  return front;
}
