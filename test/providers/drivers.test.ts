import { describe, expect, it } from 'vitest';
import { KEY_TYPES } from '../../src/crypto/key-type.ts';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { azureDriver } from '../../src/providers/azure/driver.ts';
import { ProviderError } from '../../src/providers/errors.ts';
import { gcpDriver } from '../../src/providers/gcp/driver.ts';
import type { DistributionSpec, KmsDriver, Protection, Purpose } from '../../src/providers/port.ts';
import { secret } from '../../src/support/secret.ts';
import { material, target } from './aws/harness.ts';

const aws = awsDriver({
  env: {},
  retry: { clock: { now: () => 0 }, random: () => 0.5, wait: async () => undefined },
});
const azure = azureDriver();
const gcp = gcpDriver();

const check = (driver: KmsDriver, keyCollection: string, credentials: Readonly<Record<string, string>> = {}) =>
  driver.checkConfig({
    keyCollection,
    credentials: Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, secret(value)])),
  });

describe('the configuration of awskms', () => {
  it.each(['us-west-1', 'eu-central-2', 'ap-southeast-4', 'us-gov-east-1', 'us-iso-east-1', 'ca-west-1'])(
    'takes the region %s',
    (region) => {
      expect(check(aws, region)).toBeUndefined();
    },
  );

  it.each(['', 'us', 'us-west', 'US-WEST-1', 'us-west-1a', 'us_west_1', ' us-west-1', 'us-west-1\n', 'arn:aws:kms'])(
    'refuses the region %j, and says what it is to be',
    (region) => {
      expect(check(aws, region)).toBe(
        `key_collection "${region}" is not an AWS region: use the region's name, us-west-1 for example`,
      );
    },
  );

  it.each([
    [{}],
    [{ access_key: 'a', secret_key: 's' }],
    [{ access_key: 'a', secret_key: 's', session_token: 't' }],
    [{ endpoint: 'https://kms.internal' }],
    [{ endpoint: 'http://127.0.0.1:8080' }],
  ])('takes the credentials %j', (credentials) => {
    expect(check(aws, 'us-west-1', credentials)).toBeUndefined();
  });

  it.each([
    [{ access_key: 'THE-ID' }, /access_key without secret_key: give both, or neither/],
    [{ secret_key: 'THE-SECRET' }, /secret_key without access_key: give both, or neither/],
    [{ access_key: 'THE-ID', session_token: 'THE-TOKEN' }, /access_key without secret_key/],
    [{ session_token: 'THE-TOKEN' }, /session_token without access_key and secret_key: give all three/],
    [{ endpoint: 'THE-HOST' }, /endpoint that is not a URL: use https:/],
    [{ endpoint: 'ftp://THE-HOST' }, /endpoint that is not a URL/],
    [{ endpoint: 'file:///THE-PATH' }, /endpoint that is not a URL/],
  ])('refuses the credentials %j without repeating them', (credentials, text) => {
    const problem = check(aws, 'us-west-1', credentials);
    expect(problem).toMatch(text);
    expect(problem).not.toMatch(/THE-/);
  });
});

describe('the configuration of azurekeyvault', () => {
  it.each([
    'abc',
    'my-vault-1',
    'a'.repeat(24),
    'https://my-vault.vault.azure.net',
    'https://my-vault.vault.azure.net/',
  ])('takes the vault %s', (vault) => {
    expect(check(azure, vault)).toBeUndefined();
  });

  it.each(['', 'ab', '1abc', 'abc-', 'my_vault', 'a'.repeat(25), 'http://my-vault.vault.azure.net', 'https://v/keys'])(
    'refuses the vault %j, and says what it is to be',
    (vault) => {
      expect(check(azure, vault)).toContain(`key_collection "${vault}" is not`);
      expect(check(azure, vault)).toContain('3 to 24 letters, digits and hyphens');
    },
  );
});

describe('the configuration of gcpckms', () => {
  it('takes the name of a key ring', () => {
    expect(check(gcp, 'projects/p-1/locations/europe-west3/keyRings/ring')).toBeUndefined();
  });

  it.each([
    '',
    'ring',
    'projects/p/locations/l',
    'projects/p/locations/l/keyRings/',
    'projects/p/locations/l/keyrings/r',
    'projects/p/locations/l/keyRings/r/cryptoKeys/k',
    '/projects/p/locations/l/keyRings/r',
    'projects//locations/l/keyRings/r',
  ])('refuses %j, and says what it is to be', (ring) => {
    expect(check(gcp, ring)).toBe(
      `key_collection "${ring}" is not the name of a key ring: use projects/<project>/locations/<location>/keyRings/<ring>`,
    );
  });
});

describe('what awskms takes', () => {
  const spec: DistributionSpec = {
    keyName: 'k',
    keyType: 'aes256-gcm96',
    purposes: ['decrypt', 'encrypt'],
    protection: 'hsm',
  };
  const refusal = (change: Partial<DistributionSpec>): string | undefined =>
    aws.checkDistribution({ ...spec, ...change });

  it('is an AES key to encrypt and decrypt, in an HSM', () => {
    expect(refusal({})).toBeUndefined();
  });

  it.each([
    ['rsa-2048', 'azurekeyvault and gcpckms take it'],
    ['rsa-3072', 'azurekeyvault and gcpckms take it'],
    ['rsa-4096', 'azurekeyvault and gcpckms take it'],
    ['ecdsa-p256', 'gcpckms takes it'],
    ['ecdsa-p384', 'gcpckms takes it'],
    ['ecdsa-p521', 'no provider takes it'],
  ] as const)('is not a key of type %s, which goes elsewhere if anywhere', (keyType, where) => {
    expect(refusal({ keyType })).toBe(
      `keys of type ${keyType} cannot be distributed to awskms, which takes aes256-gcm96 only: ${where}`,
    );
  });

  it('is of no other type than aes256-gcm96', () => {
    expect(KEY_TYPES.filter((keyType) => refusal({ keyType }) === undefined)).toEqual(['aes256-gcm96']);
  });

  it.each<[readonly Purpose[]]>([
    [[]],
    [['encrypt']],
    [['decrypt']],
    [['sign', 'verify']],
    [['wrap', 'unwrap']],
    [['decrypt', 'encrypt', 'sign']],
  ])('is not for the purposes %j', (purposes) => {
    expect(refusal({ purposes })).toMatch(/^purpose .*: a key of type aes256-gcm96 there has purpose=encrypt,decrypt$/);
  });

  it('is not kept in software', () => {
    const software: Protection = 'software';
    expect(refusal({ protection: software })).toMatch(/^protection software is not possible .* use protection=hsm$/);
  });

  it.each(['k.1', 'k/1', 'k 1', 'ключ', 'k:1'])('has no name such as %j, which no alias can have', (keyName) => {
    expect(refusal({ keyName })).toContain(`the key's name "${keyName}" cannot be part of an AWS alias`);
  });

  it('has a name that fits into an alias with what goes around it', () => {
    const longest = 256 - 'alias/hashicorp/'.length - '-1700000000'.length;
    expect(refusal({ keyName: 'k'.repeat(longest) })).toBeUndefined();
    expect(refusal({ keyName: 'k'.repeat(longest + 1) })).toContain(`has ${longest + 1} characters`);
  });
});

describe.each([
  ['azurekeyvault', azure],
  ['gcpckms', gcp],
])('%s, which can be configured but not be distributed to yet', (kind, driver) => {
  const text = `distribution to ${kind} is not yet supported: use a KMS provider of type awskms`;
  const client = driver.connect({ keyCollection: 'any', credentials: {} });
  const { signal } = new AbortController();

  it('refuses every distribution', () => {
    expect(driver.kind).toBe(kind);
    expect(driver.checkDistribution(target(1))).toBe(text);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['createVersion', () => client.createVersion(target(1), async () => material(), signal)],
    ['findVersion', () => client.findVersion(target(1), signal)],
    ['importMaterial', () => client.importMaterial(target(1), 'id', material(), signal)],
    ['setEnabled', () => client.setEnabled(target(1), 'id', true, signal)],
    ['setCurrent', () => client.setCurrent(target(1), 'id', { owned: false, ours: [] }, signal)],
    ['removeName', () => client.removeName('name', [], signal)],
    ['removeVersion', () => client.removeVersion('id', signal)],
  ])('refuses %s, and is sure that nothing was made', async (_name, call) => {
    const error = await call().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ reason: 'invalid_request', ambiguous: false, message: text });
  });

  it('observes nothing, and says why', async () => {
    const unseen = { outcome: 'unreachable', why: text };
    expect(await client.observeVersion('id', signal)).toEqual(unseen);
    expect(await client.observeName('name', [], signal)).toEqual(unseen);
    expect(await client.checkAccount(signal)).toMatchObject({ problem: text, permissions: [] });
    expect(() => {
      client.close();
    }).not.toThrow();
  });
});
