import { describe, expect, it } from 'vitest';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import type { KmsDriver, ProviderConfig } from '../../src/providers/port.ts';
import type { DistributionSpec } from '../../src/providers/spec.ts';
import { secret } from '../../src/support/secret.ts';
import { clockOf } from '../support/clock.ts';

const retry = { clock: clockOf(() => 0), random: () => 0, wait: async () => undefined };
const aws = (env: Readonly<Record<string, string>> = {}): KmsDriver => awsDriver({ env, retry });
const config = (keyCollection: string, credentials: Readonly<Record<string, string>> = {}): ProviderConfig => ({
  keyCollection,
  credentials: Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, secret(value)])),
});
const spec: DistributionSpec = {
  keyName: 'k',
  keyType: 'aes256-gcm96',
  purposes: ['encrypt', 'decrypt'],
  protection: 'hsm',
};

describe('awskms configuration', () => {
  it.each(['us-west-1', 'eu-west-2', 'us-gov-east-1', 'ap-southeast-5', 'us-iso-west-1', 'eusc-de-east-1'])(
    'may be for %s',
    (region) => {
      expect(aws().validateConfig(config(region))).toBeUndefined();
    },
  );

  it.each([
    '',
    'us-west',
    'US-WEST-1',
    'us-west-1a',
    'us_west_1',
    'https://kms.us-west-1.amazonaws.com',
    'us-west-1\n',
  ])('rejects %j, which is not a Region', (region) => {
    expect(aws().validateConfig(config(region))).toMatch(/^key_collection .* us-west-1 for example$/s);
  });

  it('rejects China Regions, whose KMS keys are 128-bit SM4 keys', () => {
    expect(aws().validateConfig(config('cn-north-1'))).toMatch(/^key_collection "cn-north-1" .*SM4/);
  });

  it.each([
    [{ access_key: 'a' }, 'without secret_key: give both'],
    [{ access_key: 'a', secret_key: '' }, 'without secret_key: give both'],
    [{ secret_key: 'the-secret' }, 'without access_key: give both'],
    [{ session_token: 'the-secret' }, 'without access_key and secret_key: give all three'],
    [{ endpoint: 'kms.local:4566' }, 'endpoint that is not a URL: use https://'],
    [{ endpoint: 'the-secret' }, 'endpoint that is not a URL: use https://'],
    [{ endpoint: 'ftp://kms' }, 'endpoint that is not a URL: use https://'],
  ])('rejects credentials %j: %s', (credentials, text) => {
    const problem = aws().validateConfig(config('us-west-1', credentials));
    expect(problem).toContain(text);
    expect(problem).not.toContain('the-secret');
  });

  it.each([
    {},
    { access_key: 'a', secret_key: 's' },
    { access_key: 'a', secret_key: 's', session_token: 't', endpoint: 'https://kms-fips.us-west-1.amazonaws.com' },
    { access_key: 'a', secret_key: 's', session_token: '', endpoint: '' },
    { access_key: '', secret_key: '', region: 'us-east-1', anything: 'else' },
  ])('accepts credentials %j', (credentials) => {
    expect(aws().validateConfig(config('us-west-1', credentials))).toBeUndefined();
  });

  it('reports an invalid AWS_KMS_ENDPOINT unless the configuration overrides it', () => {
    const server = aws({ AWS_KMS_ENDPOINT: 'kms.local:99' });
    expect(server.validateConfig(config('us-west-1'))).toContain('environment variable AWS_KMS_ENDPOINT');
    expect(server.validateConfig(config('us-west-1', { endpoint: 'https://kms.us-west-1.api.aws' }))).toBeUndefined();
    expect(() => {
      server.connect(config('us-west-1')).close();
    }).not.toThrow();
    expect(aws({ AWS_KMS_ENDPOINT: '' }).validateConfig(config('us-west-1'))).toBeUndefined();
  });
});

describe('awskms distribution', () => {
  it('accepts an AES-256 key with both purposes in any order', () => {
    expect(aws().checkDistribution(spec)).toBeUndefined();
    expect(aws().checkDistribution({ ...spec, purposes: ['decrypt', 'encrypt'] })).toBeUndefined();
  });

  // Vault's documentation, "Compatibility".
  it.each([
    ['rsa-2048', 'azurekeyvault and gcpckms take it'],
    ['rsa-3072', 'azurekeyvault and gcpckms take it'],
    ['rsa-4096', 'azurekeyvault and gcpckms take it'],
    ['ecdsa-p256', 'gcpckms takes it'],
    ['ecdsa-p384', 'gcpckms takes it'],
    ['ecdsa-p521', 'no provider takes it'],
  ] as const)('rejects %s and names its providers: %s', (keyType, where) => {
    const problem = aws().checkDistribution({ ...spec, keyType });
    expect(problem).toContain(keyType);
    expect(problem).toContain(where);
  });

  it.each([[['encrypt']], [['decrypt']], [['encrypt', 'decrypt', 'sign']], [['wrap', 'unwrap']], [[]]] as const)(
    'refuses the purposes %j',
    (purposes) => {
      expect(aws().checkDistribution({ ...spec, purposes })).toContain('purpose=encrypt,decrypt');
    },
  );

  it('rejects protection=software', () => {
    expect(aws().checkDistribution({ ...spec, protection: 'software' })).toContain('use protection=hsm');
  });

  it.each(['my.key', 'my key', 'schlüssel', 'a:b'])(
    'rejects the key name %j, which is invalid in an alias',
    (keyName) => {
      expect(aws().checkDistribution({ ...spec, keyName })).toContain(keyName);
    },
  );

  it('accepts key names up to the maximum alias length', () => {
    // AWS: CreateAlias, AliasName: 256 characters.
    const alias = (length: number): string => `alias/hashicorp/${'k'.repeat(length)}-1700000000`;
    const longest = 256 - alias(0).length;
    expect(aws().checkDistribution({ ...spec, keyName: 'k'.repeat(longest) })).toBeUndefined();
    expect(aws().checkDistribution({ ...spec, keyName: 'k'.repeat(longest + 1) })).toContain(String(longest));
  });
});
