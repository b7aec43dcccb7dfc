import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkRequest } from '../../../src/providers/aws/check-request.ts';
import { awsDriver } from '../../../src/providers/aws/driver.ts';
import type { Environment } from '../../../src/support/outbound/proxy-rules.ts';
import type { KmsDriver, ProviderConfig } from '../../../src/providers/port.ts';
import { secret } from '../../../src/support/secret.ts';
import { clockOf } from '../../support/clock.ts';
import { startEngine } from '../../support/engine.ts';
import { modelCloud } from '../../support/model-cloud.ts';
import { failure } from './harness.ts';
import { create } from '../calls.ts';

const retry = { clock: clockOf(() => 0), random: () => 0, wait: async () => undefined };
const KEYS = { access_key: 'AKIA0EXAMPLE00000', secret_key: 'example-secret' };
const driver = (env: Environment = {}): KmsDriver => awsDriver({ env, retry });
const config = (credentials: Readonly<Record<string, string>>, keyCollection = 'us-west-1'): ProviderConfig => ({
  keyCollection,
  credentials: Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, secret(value)])),
});
const at = (endpoint: string, region?: string): ProviderConfig => config({ ...KEYS, endpoint }, region);

/** The host that the SDK makes for a Region. */
function hostOf(Region: string, UseFIPS: boolean, UseDualStack: boolean): string {
  const { config } = new KMSClient({ region: Region });
  return config.endpointProvider({ Region, UseFIPS, UseDualStack }).url.host;
}

describe('endpoint of AWS KMS', () => {
  it.each([
    'us-west-1',
    'il-central-1',
    'mx-central-1',
    'us-gov-east-1',
    'us-iso-west-1',
    'us-isob-east-1',
    'eu-isoe-west-1',
    'us-isof-south-1',
    'eusc-de-east-1',
  ])('is trusted by every host name of the SDK for %s', (region) => {
    const regional = hostOf(region, false, false);
    const suffix = regional.slice(`kms.${region}.`.length);
    for (const host of [
      regional,
      hostOf(region, true, false),
      hostOf(region, false, true),
      hostOf(region, true, true),
      `vpce-0123456789abcdef0-1a2b3c4d.kms.${region}.vpce.${suffix}`,
      `vpce-0123456789abcdef0-1a2b3c4d-${region}a.kms.${region}.vpce.${suffix}`,
      `vpce-0123456789abcdef0-1a2b3c4d.kms-fips.${region}.vpce.${suffix}`,
    ]) {
      for (const url of [`https://${host}`, `https://${host}/`, `https://${host.toUpperCase()}:443`]) {
        expect(driver().validateConfig(at(url, region)), url).toBeUndefined();
        expect(driver().endpointOf(at(url, region)), url).toBe('aws');
        expect(driver().validateConfig(config({ endpoint: url }, region)), 'ambient credentials').toBeUndefined();
      }
    }
  });

  it('is the default', () => {
    expect(driver().endpointOf(config(KEYS))).toBe('aws');
  });
});

describe('rejects an endpoint', () => {
  it.each([
    'http://kms.us-west-1.amazonaws.com',
    'https://kms.us-west-1.amazonaws.com:8443',
    'https://kms.us-west-2.amazonaws.com',
    'https://kms.us-west-1.amazonaws.eu',
    'https://kms.us-west-1.amazonaws.com.cn',
    'https://kms.us-west-1.amazonaws.com.example.net',
    'https://kms.us-west-1.amazonaws.com.',
    'https://kms.us-west-1.amazonaws.com@example.net',
    'https://kms-us-west-1.amazonaws.com',
    'https://evil.kms.us-west-1.amazonaws.com',
    'https://sts.us-west-1.amazonaws.com',
    'https://vpce-1.kms.us-west-1.vpce.amazonaws.com.example.net',
    'https://vpce-1.vpce-svc-2.us-west-1.vpce.amazonaws.com',
    'https://a.vpce-1.kms.us-west-1.vpce.amazonaws.com',
    'https://evil.s3.us-west-1.amazonaws.com',
    'https://example.net',
    'http://127.0.0.1:4566',
    'http://localhost:4566',
  ])('as long as nobody allows it: %s', (endpoint) => {
    const problem = driver().validateConfig(at(endpoint));
    expect(problem).toContain('credentials holds an endpoint');
    if (!endpoint.includes('@')) {
      expect(problem).toContain('KEYMGMT_ALLOWED_ENDPOINTS');
      expect(problem).toContain('vault plugin register -env');
    }
  });

  it.each([
    'https://user:pass-word@kms.us-west-1.amazonaws.com',
    'https://kms.us-west-1.amazonaws.com/path',
    'https://kms.us-west-1.amazonaws.com/?query',
    'https://kms.us-west-1.amazonaws.com/#fragment',
    'file:///etc/passwd',
  ])('that has more than scheme, host and port: %s', (endpoint) => {
    const env = { KEYMGMT_ALLOWED_ENDPOINTS: 'https://kms.us-west-1.amazonaws.com' };
    const problem = driver(env).validateConfig(at(endpoint));
    expect(problem).toContain('endpoint that is not a URL: use https://');
    expect(problem).not.toContain('pass-word');
    expect(driver(env).endpointOf(at(endpoint))).toBe('invalid');
  });

  it.each([
    'http://169.254.169.254',
    'http://169.254.170.2:80',
    'http://2852039166',
    'http://0xa9.0xfe.0xa9.0xfe',
    'http://0251.0376.0251.0376',
    'http://169.254.43518',
    'http://[::ffff:169.254.169.254]',
    'http://[::ffff:a9fe:a9fe]',
    'http://[::169.254.169.254]',
    'http://[64:ff9b::169.254.169.254]',
    'http://[fe80::1]',
    'http://[febf::1]',
    'http://[fd00:ec2::254]',
    'http://[fd00:0ec2:0:0::0254]',
    'https://169.254.169.254:8443',
  ])('for its link-local address, whoever allows it: %s', (endpoint) => {
    const env = { KEYMGMT_ALLOWED_ENDPOINTS: `${endpoint};ambient` };
    expect(driver(env).validateConfig(at(endpoint))).toContain('link-local');
  });

  it('and names the entry that the list needs for these credentials', () => {
    const origin = 'https://kms.example.internal';
    expect(driver().validateConfig(at(origin))).toContain(`allow it with ${origin} in`);
    expect(driver({ AWS_KMS_ENDPOINT: origin }).validateConfig(config({}))).toContain(
      `allow it with "${origin};ambient" in`,
    );
  });

  it.each(['AWS_KMS_ENDPOINT', 'AWS_ENDPOINT_URL_KMS', 'AWS_ENDPOINT_URL'])('set by %s', (name) => {
    const origin = 'https://kms.example.internal';
    const named = driver({ [name]: origin });
    expect(named.validateConfig(config(KEYS))).toMatch(
      new RegExp(`^environment variable ${name} .*${origin}.*-env=KEYMGMT`),
    );
    expect(named.endpointOf(config(KEYS))).toBe(origin);
    expect(driver({ [name]: origin, KEYMGMT_ALLOWED_ENDPOINTS: origin }).validateConfig(config(KEYS))).toBeUndefined();
  });
});

describe('KEYMGMT_ALLOWED_ENDPOINTS', () => {
  const list = ' http://127.0.0.1:4566 , https://kms.example.internal/,,https://other.example;ambient';
  const allowing = driver({ KEYMGMT_ALLOWED_ENDPOINTS: list });

  it.each([
    ['http://127.0.0.1:4566', 'http://127.0.0.1:4566'],
    ['http://127.1:4566/', 'http://127.0.0.1:4566'],
    ['https://KMS.example.internal:443', 'https://kms.example.internal'],
    ['https://other.example', 'https://other.example'],
  ])('allows %s', (endpoint, origin) => {
    expect(allowing.validateConfig(at(endpoint))).toBeUndefined();
    expect(allowing.endpointOf(at(endpoint))).toBe(origin);
  });

  it.each([
    'http://127.0.0.1',
    'http://127.0.0.1:4567',
    'https://127.0.0.1:4566',
    'http://kms.example.internal',
    'https://kms.example.internal:8443',
    'https://a.kms.example.internal',
    'https://example.internal',
  ])('matches origins exactly, so does not allow %s', (endpoint) => {
    expect(allowing.validateConfig(at(endpoint))).toContain('KEYMGMT_ALLOWED_ENDPOINTS');
  });

  it("allows the server's own credentials only for ;ambient entries", () => {
    expect(allowing.validateConfig(config({ endpoint: 'https://other.example' }))).toBeUndefined();
    const problem = allowing.validateConfig(config({ endpoint: 'http://127.0.0.1:4566' }));
    expect(problem).toMatch(
      /server's own credentials: give access_key and secret_key .*"http:\/\/127\.0\.0\.1:4566;ambient"/,
    );
  });

  it.each([
    'kms.example.internal',
    'https://*.example.internal',
    'https://a.example/path',
    'https://a;all',
    'https://a b',
  ])('allows nothing if an entry is invalid: %s', (entry) => {
    const named = driver({ KEYMGMT_ALLOWED_ENDPOINTS: `https://a.example,${entry}` });
    expect(named.validateConfig(at('https://a.example'))).toMatch(
      /^environment variable KEYMGMT_ALLOWED_ENDPOINTS has an entry that is no endpoint: use https/,
    );
    expect(named.validateConfig(config(KEYS))).toBeUndefined();
  });
});

describe('checkRequest', () => {
  const to = (hostname: string, isKms: boolean, env: Environment = {}): string | undefined =>
    checkRequest({ protocol: 'https:', hostname, isKms }, config(KEYS), env);

  it('allows all KMS hosts of the SDK in the Region and no other AWS host', () => {
    for (const [fips, dualStack] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      expect(to(hostOf('us-west-1', fips, dualStack), true)).toBeUndefined();
      expect(to(hostOf('us-west-2', fips, dualStack), true)).toContain('not one of AWS KMS in us-west-1');
    }
    expect(to('sts.us-west-1.amazonaws.com', true)).toContain('not one of AWS KMS');
  });

  // The templates of the SDK's endpoint rules for STS, IAM Identity Center and sign-in.
  it.each([
    'sts.amazonaws.com',
    'sts.us-west-1.amazonaws.com',
    'sts-fips.us-gov-west-1.amazonaws.com',
    'sts.eu-west-1.api.aws',
    'sts.us-iso-east-1.c2s.ic.gov',
    'sts.eusc-de-east-1.amazonaws.eu',
    'oidc.us-east-1.amazonaws.com',
    'portal.sso.us-east-1.amazonaws.com',
    'portal.sso-fips.us-east-1.api.aws',
    'us-east-1.signin.aws.amazon.com',
    'signin.us-east-1.api.aws',
    'us-gov-west-1.signin.amazonaws-us-gov.com',
  ])('may go to %s for credentials', (host) => {
    expect(to(host, false)).toBeUndefined();
  });

  it.each([
    'sts.us-west-1.amazonaws.com.example.net',
    'sts.example.net',
    'evil.s3.us-west-1.amazonaws.com',
    'sts.evil.us-west-1.elb.amazonaws.com',
    'evil-sts.amazonaws.com',
    // Buckets, which anybody may have.
    'sts.s3.amazonaws.com',
    'oidc.s3-us-west-2.amazonaws.com',
    'signin.s3-accelerate.amazonaws.com',
    'signin.aws.amazon.com.example.net',
  ])('rejects %s for credentials', (host) => {
    expect(to(host, false)).toContain(`${host};ambient`);
    expect(to(host, false, { KEYMGMT_ALLOWED_ENDPOINTS: `https://${host}` })).toContain(`${host};ambient`);
    expect(to(host, false, { KEYMGMT_ALLOWED_ENDPOINTS: `https://${host};ambient` })).toBeUndefined();
  });
});

describe('engine', () => {
  it('rejects a write with a disallowed endpoint with 400 and stores nothing', async () => {
    const engine = await startEngine({ drivers: { ...modelCloud().drivers, awskms: driver() } });
    const write = (credentials: Readonly<Record<string, string>>): Promise<string | undefined> =>
      engine.errorOf(engine.write('kms/aws', { provider: 'awskms', key_collection: 'us-west-1', credentials }));
    expect(await write({ ...KEYS, endpoint: 'https://example.net' })).toContain('KEYMGMT_ALLOWED_ENDPOINTS');
    expect(await engine.read('kms/aws')).toBeUndefined();
    expect(await write(KEYS)).toBeUndefined();
    // Without access_key, the server's own credentials would go there.
    expect(await write({ endpoint: 'http://127.0.0.1:4566' })).toContain('KEYMGMT_ALLOWED_ENDPOINTS');
  });

  it('rejects a stored endpoint that is no longer allowed, and sends nothing', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests++;
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const client = driver().connect(at(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    onTestFinished(() => {
      client.close();
    });
    const error = await failure(create({ client, signal: new AbortController().signal }, 1));
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false });
    expect(error.message).toContain('KEYMGMT_ALLOWED_ENDPOINTS');
    expect(requests).toBe(0);
  });
});
