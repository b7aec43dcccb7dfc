import { describe, expect, it } from 'vitest';
import { KEY_TYPES, type KeyType } from '../../../src/crypto/key-type.ts';
import { azureDriver } from '../../../src/providers/azure/driver.ts';
import type { KmsDriver, ProviderConfig } from '../../../src/providers/port.ts';
import { PURPOSES, type DistributionSpec } from '../../../src/providers/spec.ts';
import { secret } from '../../../src/support/secret.ts';
import { clockOf } from '../../support/clock.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const CLIENT = '22222222-2222-4222-8222-222222222222';
const retry = { clock: clockOf(() => 0), random: () => 0, wait: async () => undefined };
const azure = (env: Readonly<Record<string, string>> = {}): KmsDriver => azureDriver({ env, retry });
const config = (credentials: Readonly<Record<string, string>> = {}, keyCollection = 'my-vault'): ProviderConfig => ({
  keyCollection,
  credentials: Object.fromEntries(
    Object.entries({ tenant_id: TENANT, ...credentials }).map(([name, value]) => [name, secret(value)]),
  ),
});
const own = { client_id: CLIENT, client_secret: 'the-secret' };

describe('azurekeyvault: key_collection', () => {
  it.each([
    ['my-vault', ''],
    ['KeyVault-1', ''],
    ['https://my-vault.vault.azure.net', ''],
    ['https://h-s-m.managedhsm.azure.net/', ''],
    ['my-vault', 'AzureUSGovernmentCloud'],
    ['https://my-vault.vault.usgovcloudapi.net', 'AzureUSGovernmentCloud'],
    ['https://my-vault.vault.azure.cn', 'azurechinacloud'],
    ['https://my-vault.managedhsm.azure.cn', 'AzureChinaCloud'],
    ['https://my-vault.vault.microsoftazure.de', 'AzureGermanCloud'],
  ])('accepts %j with environment=%s', (keyCollection, environment) => {
    expect(azure().validateConfig(config({ environment }, keyCollection))).toBeUndefined();
  });

  it.each([
    '',
    'v',
    '1vault',
    'my_vault',
    'my--vault',
    'vault-',
    'x'.repeat(25),
    'http://my-vault.vault.azure.net',
    'https://my-vault.vault.azure.net.evil.example',
    'https://evil.example/my-vault.vault.azure.net',
    'https://my-vault.vault.azure.net:8443',
    'https://user@my-vault.vault.azure.net',
    'https://a.b.vault.azure.net',
    'https://my-vault.vault.azure.net/keys/k',
    'my-vault\n',
  ])('rejects %j', (keyCollection) => {
    expect(azure().validateConfig(config({}, keyCollection))).toMatch(/^key_collection .*: use its name/s);
  });

  it('rejects a vault of another cloud, and names that', () => {
    const problem = azure().validateConfig(config({}, 'https://my-vault.vault.azure.cn'));
    expect(problem).toContain(
      'is a vault of AzureChinaCloud, not of AzurePublicCloud: use environment=AzureChinaCloud',
    );
  });
});

describe('azurekeyvault: credentials of a write', () => {
  const taken = (credentials: Readonly<Record<string, string>>): string | undefined => {
    const sent = Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, secret(value)]));
    const result = azure().takeCredentials(sent);
    return 'problem' in result ? result.problem : undefined;
  };

  it('takes all names, and drops the line feed of a file', () => {
    const result = azure().takeCredentials({ client_secret: secret('s~.e\n'), environment: secret('') });
    expect('credentials' in result && result.credentials['client_secret']?.reveal()).toBe('s~.e');
    expect(taken({ ...own, tenant_id: 'contoso.onmicrosoft.com', environment: 'AzureChinaCloud' })).toBeUndefined();
  });

  it.each<[Record<string, string>, string]>([
    [{ subscription_id: 'x' }, '"subscription_id" that azurekeyvault does not know: give tenant_id, client_id'],
    [{ [CLIENT]: '' }, 'a name that azurekeyvault does not know'],
    [{ 'the-secret~with.marks': '' }, 'a name that azurekeyvault does not know'],
    [{ client_id: 'the-secret' }, 'it may have been swapped with client_secret'],
    [{ tenant_id: 'common' }, 'a tenant_id that is not a tenant'],
    [{ tenant_id: '../../evil' }, 'a tenant_id that is not a tenant'],
    [{ client_secret: 'the-secret\nmore' }, 'a character in client_secret'],
    [
      { environment: 'AzureMoonCloud' },
      'use AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud',
    ],
    [{ client_certificate: 'the-secret' }, 'is not PEM with a certificate and its private key'],
  ])('refuses %j: %s', (credentials, text) => {
    const problem = taken(credentials);
    expect(problem).toContain(text);
    expect(problem).not.toContain('the-secret');
  });
});

describe('azurekeyvault: configuration', () => {
  it.each<[Record<string, string>, Record<string, string>, string]>([
    [{ tenant_id: '' }, {}, 'tenant_id is missing: give the id of the tenant in credentials'],
    [{}, { AZURE_TENANT_ID: 'organizations' }, 'environment variable AZURE_TENANT_ID holds a tenant_id'],
    [{}, { AZURE_ENVIRONMENT: 'moon' }, 'environment variable AZURE_ENVIRONMENT holds an environment that is no cloud'],
    [{}, { AZURE_CLIENT_ID: 'moon' }, 'environment variable AZURE_CLIENT_ID is not the id of an application'],
    [{}, { AZURE_CLIENT_SECRET: 'the-secret' }, 'AZURE_CLIENT_SECRET is set without AZURE_CLIENT_ID: set both'],
    [{}, { AZURE_FEDERATED_TOKEN_FILE: '/f' }, 'AZURE_FEDERATED_TOKEN_FILE is set without AZURE_CLIENT_ID: set both'],
    [{ client_secret: 'the-secret' }, {}, 'credentials holds client_secret without client_id: give both'],
    [{ client_certificate: 'c' }, {}, 'credentials holds client_certificate without client_id: give both'],
    [{ ...own, client_certificate: 'c' }, {}, 'client_secret and client_certificate: give one of them'],
    [{ ...own, endpoint: 'my-vault:8443' }, {}, 'endpoint that is not a URL: use https://'],
    [
      { ...own, endpoint: 'https://elsewhere.example' },
      {},
      "that is not the vault's own, https://my-vault.vault.azure.net",
    ],
    [{ ...own, endpoint: 'https://other.vault.azure.net' }, {}, "that is not the vault's own"],
    [
      { ...own, endpoint: 'http://169.254.169.254' },
      { KEYMGMT_ALLOWED_ENDPOINTS: 'http://169.254.169.254' },
      'link-local',
    ],
    [{ ...own, authority_host: 'https://login.example' }, {}, 'that is not one of Microsoft Entra ID'],
    [
      own,
      { AZURE_AUTHORITY_HOST: 'https://login.example' },
      'environment variable AZURE_AUTHORITY_HOST holds an endpoint',
    ],
    [
      { endpoint: 'https://gateway.example' },
      { KEYMGMT_ALLOWED_ENDPOINTS: 'https://gateway.example' },
      "does not get the server's own credentials: give client_id and client_secret",
    ],
    // The environment goes before the configuration, so these are the server's.
    [
      { ...own, authority_host: 'https://login.example' },
      {
        AZURE_CLIENT_ID: CLIENT,
        AZURE_CLIENT_SECRET: 'the-secret',
        KEYMGMT_ALLOWED_ENDPOINTS: 'https://login.example',
      },
      "does not get the server's own credentials",
    ],
  ])('refuses %j in the environment %j: %s', (credentials, env, text) => {
    const problem = azure(env).validateConfig(config(credentials));
    expect(problem).toContain(text);
    expect(problem).not.toContain('the-secret');
  });

  it.each<[Record<string, string>, Record<string, string>]>([
    [own, {}],
    [{}, {}],
    [{ tenant_id: '' }, { AZURE_TENANT_ID: TENANT }],
    [{ client_id: CLIENT }, {}],
    [{ client_secret: 'the-secret' }, { AZURE_CLIENT_ID: CLIENT }],
    [{ ...own, endpoint: 'https://my-vault.vault.azure.net' }, {}],
    [{ ...own, endpoint: 'https://gateway.example' }, { KEYMGMT_ALLOWED_ENDPOINTS: 'https://gateway.example' }],
    [{ endpoint: 'https://gateway.example' }, { KEYMGMT_ALLOWED_ENDPOINTS: 'https://gateway.example;ambient' }],
    [
      {},
      { AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/', AZURE_CLIENT_ID: CLIENT, AZURE_CLIENT_SECRET: 's' },
    ],
  ])('accepts %j in the environment %j', (credentials, env) => {
    expect(azure(env).validateConfig(config(credentials))).toBeUndefined();
  });

  it('tells clouds and endpoints apart', () => {
    const env = { KEYMGMT_ALLOWED_ENDPOINTS: 'https://gateway.example' };
    expect(azure().endpointOf(config())).toBe('AzurePublicCloud');
    expect(azure().endpointOf(config({ environment: 'AzureChinaCloud' }))).toBe('AzureChinaCloud');
    expect(azure().endpointOf(config({ endpoint: 'https://my-vault.vault.azure.net/' }))).toBe('AzurePublicCloud');
    expect(azure(env).endpointOf(config({ endpoint: 'https://gateway.example' }))).toBe('https://gateway.example');
    // Nothing else decides where the keys are.
    expect(azure().endpointOf(config({ tenant_id: '' }))).toBe('AzurePublicCloud');
  });

  it('refuses every call of an account whose settings have become wrong', async () => {
    const client = azure().connect(config({ tenant_id: '' }));
    const { signal } = new AbortController();
    await expect(client.readLabels('k/1', signal)).rejects.toMatchObject({
      reason: 'invalid_request',
      ambiguous: false,
    });
    expect((await client.probePermissions(signal)).problem).toContain('tenant_id is missing');
    client.close();
  });
});

describe('azurekeyvault: distribution', () => {
  const spec: DistributionSpec = {
    keyName: 'k',
    keyType: 'rsa-2048',
    purposes: ['encrypt', 'decrypt'],
    protection: 'hsm',
  };
  const managedHsm = config({}, 'https://my-hsm.managedhsm.azure.net');
  const check = (changed: Partial<DistributionSpec>, account = config()): string | undefined =>
    azure().checkDistribution({ ...spec, ...changed }, account);
  const rsa: readonly KeyType[] = ['rsa-2048', 'rsa-3072', 'rsa-4096'];
  const ec: readonly KeyType[] = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'];

  it.each(rsa)('takes %s for each purpose, and for all, as Enterprise does', (keyType) => {
    for (const protection of ['hsm', 'software'] as const) {
      expect(check({ keyType, purposes: PURPOSES, protection })).toBeUndefined();
      for (const purpose of PURPOSES) expect(check({ keyType, purposes: [purpose], protection })).toBeUndefined();
    }
  });

  it.each(ec)('takes %s for sign and verify only', (keyType) => {
    expect(check({ keyType, purposes: ['sign', 'verify'] })).toBeUndefined();
    expect(check({ keyType, purposes: ['sign'], protection: 'software' })).toBeUndefined();
    expect(check({ keyType })).toContain(`a key of type ${keyType} there has one or more of purpose=sign,verify`);
  });

  it('takes AES in a Managed HSM only', () => {
    const keyType = 'aes256-gcm96';
    expect(check({ keyType })).toContain('use a Managed HSM (key_collection=https://<name>.managedhsm.azure.net)');
    expect(check({ keyType, purposes: ['wrap', 'unwrap', 'encrypt', 'decrypt'] }, managedHsm)).toBeUndefined();
    expect(check({ keyType, purposes: ['sign'] }, managedHsm)).toContain('purpose=encrypt,decrypt,wrap,unwrap');
  });

  it.each(KEY_TYPES)('takes no %s in software on a Managed HSM', (keyType) => {
    const purposes = ec.includes(keyType) ? (['sign'] as const) : (['encrypt'] as const);
    expect(check({ keyType, purposes, protection: 'software' }, managedHsm)).toContain('use protection=hsm');
    expect(check({ keyType, purposes }, managedHsm)).toBeUndefined();
  });

  it('rejects a distribution without a purpose', () => {
    expect(check({ purposes: [] })).toContain('one or more of purpose=');
  });

  it.each(['my.key', 'my_key', 'my key', 'schlüssel'])(
    'rejects the key name %j, which Azure does not take',
    (keyName) => {
      expect(check({ keyName })).toContain(keyName);
    },
  );

  it('accepts key names up to the longest of a key', () => {
    const longest = 127 - '-1700000000'.length;
    expect(check({ keyName: 'k'.repeat(longest) })).toBeUndefined();
    expect(check({ keyName: 'k'.repeat(longest + 1) })).toContain(String(longest));
  });
});
