import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, Operation } from '../../src/logical/index.ts';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { realWait } from '../../src/providers/http/retry.ts';
import { azureDriver } from '../../src/providers/azure/driver.ts';
import { gcpDriver } from '../../src/providers/gcp/driver.ts';
import { startKms, type Kms } from '../../dev/aws-kms/kms.ts';
import { systemClock } from '../../src/support/clock.ts';
import { allowing } from '../support/allowing.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';

/** What is wrong, the request, and what the refusal must name. */
type Case = readonly [title: string, operation: Operation, path: string, data: JsonObject, text: RegExp];

const AWS = { provider: 'awskms', key_collection: 'us-west-1' };
const PURPOSE = { purpose: 'encrypt,decrypt' };

const cases: readonly Case[] = [
  // key/:name
  [
    'an unknown key type',
    'create',
    'key/new',
    { type: 'aes128' },
    /unsupported key type "aes128".*type must be one of.*aes256-gcm96/,
  ],
  [
    'a very long key type',
    'create',
    'key/new',
    { type: 'x'.repeat(1_000) },
    /^unsupported key type "x{100}…": type must be one of/,
  ],
  ['a key type in capitals', 'create', 'key/new', { type: 'RSA-2048' }, /unsupported key type "RSA-2048"/],
  ['a key type that is a list', 'create', 'key/new', { type: ['aes256-gcm96'] }, /"type"/],
  ['a key type that is an object', 'create', 'key/new', { type: { a: 1 } }, /"type"/],
  ['a number as key type', 'create', 'key/new', { type: 42 }, /unsupported key type "42"/],
  ['a truth value as key type', 'create', 'key/new', { type: true }, /unsupported key type "1"/],
  ['deletion_allowed that is a word', 'create', 'key/new', { deletion_allowed: 'yes please' }, /"deletion_allowed"/],
  ['deletion_allowed that is a list', 'create', 'key/new', { deletion_allowed: [true] }, /"deletion_allowed"/],
  ['deletion_allowed that is an object', 'create', 'key/new', { deletion_allowed: {} }, /"deletion_allowed"/],
  ['min_enabled_version that is a word', 'create', 'key/new', { min_enabled_version: 'two' }, /"min_enabled_version"/],
  ['min_enabled_version that is a list', 'create', 'key/new', { min_enabled_version: [1] }, /"min_enabled_version"/],
  ['min_enabled_version that is an object', 'create', 'key/new', { min_enabled_version: {} }, /"min_enabled_version"/],
  [
    'a negative min_enabled_version at creation',
    'create',
    'key/new',
    { min_enabled_version: -1 },
    /min_enabled_version must not be negative/,
  ],
  [
    'a min_enabled_version above 1 at creation',
    'create',
    'key/new',
    { min_enabled_version: 2 },
    /min_enabled_version 2 is greater than the latest version, 1/,
  ],
  [
    'replica regions',
    'create',
    'key/new',
    { type: 'aes256-gcm96', replica_regions: 'us-east-1' },
    /replica_regions is not supported yet/,
  ],
  ['replica regions that are an object', 'create', 'key/new', { replica_regions: { a: 1 } }, /"replica_regions"/],
  [
    'another type on update',
    'update',
    'key/aes',
    { type: 'rsa-2048' },
    /type of key "aes" is aes256-gcm96 and cannot be changed/,
  ],
  ['an unknown type on update', 'update', 'key/aes', { type: 'x' }, /unsupported key type "x"/],
  [
    'a negative min_enabled_version',
    'update',
    'key/aes',
    { min_enabled_version: -5 },
    /min_enabled_version must not be negative/,
  ],
  [
    'a min_enabled_version above the latest version',
    'update',
    'key/aes',
    { min_enabled_version: 9 },
    /min_enabled_version 9 is greater than the latest version/,
  ],
  [
    'min_enabled_version as a bad number string',
    'update',
    'key/aes',
    { min_enabled_version: '1.5' },
    /"min_enabled_version"/,
  ],
  ['replica regions on update', 'update', 'key/aes', { replica_regions: ['us-east-1'] }, /replica_regions/],
  [
    'deletion of a key that is not allowed',
    'delete',
    'key/aes',
    {},
    /deletion is not allowed for key "aes".*deletion_allowed=true/,
  ],
  // key/:name/rotate
  ['rotation of a missing key', 'update', 'key/missing/rotate', {}, /key "missing" not found/],
  // kms/:name
  ['a KMS without provider', 'create', 'kms/new', { key_collection: 'us-west-1' }, /provider is required.*awskms/],
  ['a KMS with an empty provider', 'create', 'kms/new', { ...AWS, provider: '' }, /provider is required/],
  ['a KMS with a null provider', 'create', 'kms/new', { ...AWS, provider: null }, /provider is required/],
  [
    'an unknown provider',
    'create',
    'kms/new',
    { ...AWS, provider: 'gcpkms' },
    /unsupported provider "gcpkms".*gcpckms/,
  ],
  ['a provider that is a list', 'create', 'kms/new', { ...AWS, provider: ['awskms'] }, /"provider"/],
  ['a provider that is an object', 'create', 'kms/new', { ...AWS, provider: {} }, /"provider"/],
  ['a KMS without key collection', 'create', 'kms/new', { provider: 'awskms' }, /key_collection is required/],
  [
    'a KMS with an empty key collection',
    'create',
    'kms/new',
    { ...AWS, key_collection: '' },
    /key_collection is required/,
  ],
  [
    'a key collection that is a list',
    'create',
    'kms/new',
    { ...AWS, key_collection: ['us-west-1'] },
    /"key_collection"/,
  ],
  [
    'an AWS key collection that is no Region',
    'create',
    'kms/new',
    { ...AWS, key_collection: 'the moon' },
    /key_collection.*us-(east|west)-\d/,
  ],
  [
    'an AWS key collection that is an ARN',
    'create',
    'kms/new',
    { ...AWS, key_collection: 'arn:aws:kms:us-west-1' },
    /key_collection/,
  ],
  [
    'a GCP key collection that is no key ring',
    'create',
    'kms/new',
    { provider: 'gcpckms', key_collection: 'ring' },
    /key_collection.*projects\//,
  ],
  [
    'an Azure key collection that is no vault name',
    'create',
    'kms/new',
    { provider: 'azurekeyvault', key_collection: 'not a vault!' },
    /key_collection/,
  ],
  ['credentials without an equals sign', 'create', 'kms/new', { ...AWS, credentials: 'access_key' }, /"credentials"/],
  ['credentials that are a number', 'create', 'kms/new', { ...AWS, credentials: 7 }, /"credentials"/],
  [
    'credentials with a list inside',
    'create',
    'kms/new',
    { ...AWS, credentials: { access_key: ['a'] } },
    /"credentials"/,
  ],
  [
    'an access key without its secret',
    'create',
    'kms/new',
    { ...AWS, credentials: { access_key: 'AKIATHATSTANDSALONE' } },
    /secret_key/,
  ],
  [
    'a secret key without its access key',
    'create',
    'kms/new',
    { ...AWS, credentials: { secret_key: 'S3CRET-that-stands-alone' } },
    /access_key/,
  ],
  [
    'a session token alone',
    'create',
    'kms/new',
    { ...AWS, credentials: { session_token: 'T0KEN-that-stands-alone' } },
    /access_key/,
  ],
  [
    'an endpoint that is no URL',
    'create',
    'kms/new',
    { ...AWS, credentials: { endpoint: 'kms' } },
    /endpoint.*https?:/,
  ],
  [
    'an endpoint of another scheme',
    'create',
    'kms/new',
    { ...AWS, credentials: { endpoint: 'ftp://kms' } },
    /endpoint.*https?:/,
  ],
  [
    'an access key swapped with its secret key',
    'create',
    'kms/new',
    {
      ...AWS,
      credentials: { access_key: 'S3CRET/key+of/forty/characters/and+more', secret_key: 'AKIAEXAMPLE000000000' },
    },
    /access_key.*swapped with secret_key/,
  ],
  [
    'an access key that is too short',
    'update',
    'kms/aws',
    { credentials: { access_key: 'AKIA', secret_key: 'S3CRET-of-somebody' } },
    /access_key.*16 to 128/,
  ],
  [
    'a secret key with a line break inside',
    'create',
    'kms/new',
    { ...AWS, credentials: { access_key: 'AKIAEXAMPLE000000000', secret_key: 'S3CRET\nof two lines' } },
    /character in secret_key/,
  ],
  [
    'a session token behind a byte order mark',
    'create',
    'kms/new',
    {
      ...AWS,
      credentials: { access_key: 'AKIAEXAMPLE000000000', secret_key: 'S3CRET', session_token: '\ufeffT0KEN' },
    },
    /character in session_token/,
  ],
  [
    'credentials named as in the environment',
    'create',
    'kms/new',
    { ...AWS, credentials: { aws_access_key_id: 'AKIAEXAMPLE000000000', aws_secret_access_key: 'S3CRET' } },
    /"aws_access_key_id".*give access_key, secret_key, session_token and endpoint only/,
  ],
  [
    'credentials named in capitals on update',
    'update',
    'kms/aws',
    { credentials: { Access_Key: 'AKIAEXAMPLE000000000', Secret_Key: 'S3CRET' } },
    /"Access_Key".*give access_key, secret_key, session_token and endpoint only/,
  ],
  [
    'credentials that are a value without its name',
    'create',
    'kms/new',
    { ...AWS, credentials: 'S3CRET/S3CRET/S3CRET/S3CRET=' },
    /a name that awskms does not know/,
  ],
  [
    'another provider on update',
    'update',
    'kms/aws',
    { provider: 'gcpckms' },
    /provider of KMS "aws" is awskms and cannot be changed/,
  ],
  [
    'another key collection on update',
    'update',
    'kms/aws',
    { key_collection: 'eu-west-1' },
    /key_collection of KMS "aws" is us-west-1 and cannot be changed/,
  ],
  [
    'an access key without its secret on update',
    'update',
    'kms/aws',
    { credentials: { access_key: 'AKIATHATSTANDSALONE' } },
    /secret_key/,
  ],
  // kms/:name/key/:key_name
  ['distribution to a missing KMS', 'update', 'kms/missing/key/aes', PURPOSE, /KMS "missing" not found/],
  ['distribution of a missing key', 'update', 'kms/aws/key/missing', PURPOSE, /key "missing" not found/],
  ['distribution without purpose', 'update', 'kms/aws/key/aes', {}, /purpose is required/],
  ['distribution with an empty purpose', 'update', 'kms/aws/key/aes', { purpose: '' }, /purpose is required/],
  ['distribution with an empty list of purposes', 'update', 'kms/aws/key/aes', { purpose: [] }, /purpose is required/],
  ['distribution with a null purpose', 'update', 'kms/aws/key/aes', { purpose: null }, /purpose is required/],
  [
    'an unknown purpose',
    'update',
    'kms/aws/key/aes',
    { purpose: 'encrypt,admire' },
    /unsupported purpose "admire".*unwrap/,
  ],
  ['a purpose in capitals', 'update', 'kms/aws/key/aes', { purpose: 'Encrypt' }, /unsupported purpose "Encrypt"/],
  [
    'an empty item among the purposes',
    'update',
    'kms/aws/key/aes',
    { purpose: 'encrypt,,decrypt' },
    /unsupported purpose ""/,
  ],
  ['a purpose that is an object', 'update', 'kms/aws/key/aes', { purpose: { a: 1 } }, /purpose/],
  [
    'only one of the two purposes on AWS',
    'update',
    'kms/aws/key/aes',
    { purpose: 'encrypt' },
    /purpose.*encrypt.*decrypt/,
  ],
  ['a purpose that AWS does not have', 'update', 'kms/aws/key/aes', { purpose: 'sign' }, /purpose/],
  [
    'an unknown protection',
    'update',
    'kms/aws/key/aes',
    { ...PURPOSE, protection: 'paper' },
    /unsupported protection "paper".*hsm or software/,
  ],
  [
    'software protection on AWS',
    'update',
    'kms/aws/key/aes',
    { ...PURPOSE, protection: 'software' },
    /protection.*hsm/,
  ],
  ['a protection that is a list', 'update', 'kms/aws/key/aes', { ...PURPOSE, protection: ['hsm'] }, /"protection"/],
  ['an RSA key on AWS', 'update', 'kms/aws/key/rsa', PURPOSE, /rsa-2048.*(azurekeyvault|gcpckms)/],
  ['an ECDSA key on AWS', 'update', 'kms/aws/key/p256', PURPOSE, /ecdsa-p256.*gcpckms/],
  ['a P-521 key, which no provider takes', 'update', 'kms/aws/key/p521', PURPOSE, /ecdsa-p521/],
  ['a key name with a dot on AWS', 'update', 'kms/aws/key/a.dotted.name', PURPOSE, /name.*\./],
  ['an AES key in a Key Vault', 'update', 'kms/azure/key/aes', PURPOSE, /aes256-gcm96.*Managed HSM/],
  [
    'distribution to GCP',
    'update',
    'kms/gcp/key/aes',
    { purpose: 'sign', protection: 'hsm' },
    /not possible on gcpckms/,
  ],
];

describe('invalid requests', () => {
  let engine: Engine;
  let storage: InMemoryStorage;
  let kms: Kms;

  beforeAll(async () => {
    kms = await startKms({ accessKeys: [{ accessKeyId: 'AKIA00000EXAMPLE', secretAccessKey: 'example-secret' }] });
    storage = inMemoryStorage();
    const retry = { clock: systemClock, random: Math.random, wait: realWait };
    engine = await startEngine({
      storage,
      drivers: {
        awskms: awsDriver({ env: allowing(kms.url), retry }),
        azurekeyvault: azureDriver({ env: {}, retry }),
        gcpckms: gcpDriver({ env: {}, retry }),
      },
    });
    const credentials = { access_key: 'AKIA00000EXAMPLE', secret_key: 'example-secret', endpoint: kms.url };
    for (const [path, data] of [
      ['key/aes', { type: 'aes256-gcm96' }],
      ['key/a.dotted.name', { type: 'aes256-gcm96' }],
      ['key/rsa', { type: 'rsa-2048' }],
      ['key/p256', { type: 'ecdsa-p256' }],
      ['key/p521', { type: 'ecdsa-p521' }],
      ['kms/aws', { ...AWS, credentials }],
      [
        'kms/azure',
        { provider: 'azurekeyvault', key_collection: 'a-vault', credentials: { tenant_id: 'contoso.onmicrosoft.com' } },
      ],
      ['kms/gcp', { provider: 'gcpckms', key_collection: 'projects/p/locations/global/keyRings/r' }],
    ] as const) {
      expect(await engine.errorOf(engine.write(path, data))).toBeUndefined();
    }
    return () => kms.close();
  });

  it.each(cases)('%s: refused, nothing stored, no KMS call', async (_title, operation, path, data, text) => {
    const before = await contents(storage);
    const answer = await engine.request(operation, path, data);
    expect(answer?.data?.['error']).toMatch(text);
    expect(JSON.stringify(answer)).not.toMatch(/S3CRET|T0KEN|example-secret/);
    expect(await contents(storage)).toEqual(before);
    expect(kms.calls()).toEqual([]);
  });

  it('there are at least sixty cases', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });
});

async function contents(storage: InMemoryStorage): Promise<Record<string, string>> {
  const records: Record<string, string> = {};
  for (const key of storage.keys()) {
    records[key] = Buffer.from((await storage.get(key))?.value ?? []).toString('base64');
  }
  return records;
}
