import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StorageEntry } from '../../src/logical/index.ts';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { gcpDriver } from '../../src/providers/gcp/driver.ts';
import type { ProviderConfig } from '../../src/providers/port.ts';
import { clockOf } from '../support/clock.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { AES, AWS, PURPOSE } from '../support/distributed-key.ts';
import { modelCloud } from '../support/model-cloud.ts';

describe('credentials of a KMS', () => {
  let storage: InMemoryStorage;
  let engine: Engine;
  let connected: ProviderConfig[];
  let closed: number;
  const credentials = { access_key: 'AKID00000EXAMPLE', secret_key: 'hunter2-hunter2' };
  const distribution = PURPOSE;

  beforeEach(async () => {
    const { drivers } = modelCloud();
    connected = [];
    closed = 0;
    storage = inMemoryStorage();
    const awskms = {
      ...drivers.awskms,
      connect: (config: ProviderConfig) => {
        connected.push(config);
        return { ...drivers.awskms.connect(config), close: () => (closed += 1) };
      },
    };
    engine = await startEngine({ storage, drivers: { ...drivers, awskms } });
    await engine.write('kms/aws', { provider: 'awskms', key_collection: 'us-west-1', credentials });
    for (const name of ['a', 'b', 'c']) await engine.write(`key/${name}`, AES);
  });

  it('are stored and passed to the adapter as secrets', async () => {
    expect(stored(await storage.get('kms/aws'))).toMatchObject({ credentials });
    await engine.write('kms/aws/key/a', distribution);
    const [config] = connected;
    expect(inspect(config)).toContain('secret_key: [redacted]');
    expect(config?.credentials['secret_key']?.reveal()).toBe('hunter2-hunter2');
  });

  it('given outside of the credentials field are not stored, with a warning', async () => {
    const answer = await engine.write('kms/aws', { access_key: 'AKIA00000EXAMPLE', secret_key: 'hunter4-hunter4' });
    expect(answer?.warnings).toEqual([
      'access_key, secret_key beside credentials: not stored. They belong into credentials, as in ' +
        'credentials=access_key=…; without credentials there, those in the environment of the plugin are used',
      'Endpoint ignored these unrecognized parameters: [access_key secret_key]',
    ]);
    expect(stored(await storage.get('kms/aws'))).toMatchObject({ credentials });
    expect(await engine.write('kms/aws', { credentials })).toBeUndefined();
  });

  it('share one client until they change', async () => {
    await engine.write('kms/aws/key/a', distribution);
    await engine.write('kms/aws/key/b', distribution);
    expect(connected).toHaveLength(1);
    // Behind the engine's back, as another node does: no notice, the record alone tells.
    const changed = { ...credentials, secret_key: 'hunter3-hunter3' };
    await storage.put({ key: 'kms/aws', value: withCredentials(await storage.get('kms/aws'), changed) });
    await engine.write('kms/aws/key/c', distribution);
    expect(connected.map((config) => config.credentials['secret_key']?.reveal())).toEqual([
      'hunter2-hunter2',
      'hunter3-hunter3',
    ]);
  });

  it('close the client when the KMS is deleted', async () => {
    await engine.write('kms/aws/key/a', distribution);
    await engine.request('delete', 'kms/aws/key/a');
    expect(closed).toBe(0);
    await engine.request('delete', 'kms/aws');
    expect(closed).toBe(1);
  });
});

describe('credentials of an AWS KMS', () => {
  const write = AWS;
  const credentials = { access_key: 'AKIA00000EXAMPLE', secret_key: 'hunter2-hunter2' };
  let storage: InMemoryStorage;
  let engine: Engine;

  beforeEach(async () => {
    const retry = { clock: clockOf(Date.now), random: () => 0.5, wait: async () => undefined };
    storage = inMemoryStorage();
    engine = await startEngine({
      storage,
      drivers: {
        ...modelCloud().drivers,
        awskms: awsDriver({ env: {}, retry }),
        gcpckms: gcpDriver({ env: {}, retry }),
      },
    });
  });

  it.each(['\n', '\r\n'])('may end in %j, as files and Kubernetes Secrets do', async (end) => {
    await engine.write('kms/aws', {
      ...write,
      credentials: { access_key: `AKIA00000EXAMPLE${end}`, secret_key: `hunter2-hunter2${end}`, session_token: end },
    });
    expect(stored(await storage.get('kms/aws'))).toEqual({ schema: 1, ...write, credentials });
  });

  it.each(['\r', '\n\n', '\0', ' ', '\u200b', '\u00e9'])('may not end in %j', async (end) => {
    const sent = { ...credentials, secret_key: `hunter2-hunter2${end}` };
    const error = await engine.errorOf(engine.write('kms/aws', { ...write, credentials: sent }));
    expect(error).toContain('a character in secret_key');
    expect(error).not.toContain('hunter2');
  });

  it.each([
    ['access-key', '"access-key"'],
    ['AKIA00000EXAMPLE', 'a name'],
    ['wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYabc', 'a name'],
    ['{"AccessKey":{"AccessKeyId":"AKIA00000EXAMPLE"}}', 'a name'],
  ])('may not have the name %j', async (name, shown) => {
    const error = await engine.errorOf(
      engine.write('kms/aws', { ...write, credentials: { ...credentials, [name]: 'hunter3-hunter3' } }),
    );
    expect(error).toBe(
      `credentials holds ${shown} that awskms does not know: give access_key, secret_key, session_token and ` +
        'endpoint only, as name=value',
    );
  });

  it.each([
    '{"aws_access_key_id":"AKIA00000EXAMPLE","aws_secret_access_key":"hunter2-hunter2"}',
    '{"Credentials":{"AccessKeyId":"AKIA00000EXAMPLE","SecretAccessKey":"hunter2-hunter2="}}',
    'access_key=AKIA00000EXAMPLE\nsecret_key=hunter2-hunter2\n',
    '[default]\naws_access_key_id = AKIA00000EXAMPLE\naws_secret_access_key = hunter2-hunter2\n',
  ])('may not be the file content %j', async (file) => {
    const error = await engine.errorOf(engine.write('kms/aws', { ...write, credentials: file }));
    expect(error).toMatch(/awskms does not know|invalid key pair|a character in access_key/);
    expect(error).not.toMatch(/hunter2|AKIA0/);
    expect(await engine.read('kms/aws')).toBeUndefined();
  });

  it('stored by an earlier version may have any name', async () => {
    await engine.write('kms/aws', { ...write, credentials });
    const old = { ...credentials, region: 'eu-west-1' };
    await storage.put({ key: 'kms/aws', value: withCredentials(await storage.get('kms/aws'), old) });
    expect(await engine.read('kms/aws')).toEqual(write);
    await engine.write('kms/aws', write);
    expect(stored(await storage.get('kms/aws'))).toMatchObject({ credentials: old });
  });

  it('of another provider are checked as that provider has them', async () => {
    const key = '/etc/vault/gcp.json';
    const ring = { provider: 'gcpckms', key_collection: 'projects/p/locations/global/keyRings/r' };
    const write = (credentials: Readonly<Record<string, string>>) => engine.write('kms/gcp', { ...ring, credentials });
    expect(await engine.errorOf(write({ service_account_file: key, access_key: 'x' }))).toContain(
      'gcpckms does not know',
    );
    await write({ service_account_file: `${key}\n` });
    expect(stored(await storage.get('kms/gcp'))).toMatchObject({ credentials: { service_account_file: key } });
  });
});

const stored = (entry: StorageEntry | undefined): unknown => JSON.parse(Buffer.from(entry?.value ?? []).toString());

function withCredentials(entry: StorageEntry | undefined, credentials: object): Buffer {
  return Buffer.from(JSON.stringify({ ...(stored(entry) as object), credentials }));
}
