import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ProviderConfig } from '../../src/providers/port.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { modelCloud } from '../support/model-cloud.ts';

describe('the credentials of a KMS provider', () => {
  let storage: InMemoryStorage;
  let engine: Engine;
  let connected: ProviderConfig[];
  let closed: number;
  const credentials = { access_key: 'AKIDEXAMPLE', secret_key: 'hunter2-hunter2' };
  const distribution = { purpose: 'encrypt,decrypt' };

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
    for (const name of ['a', 'b', 'c']) await engine.write(`key/${name}`, { type: 'aes256-gcm96' });
  });

  it('are whole in storage, and reach the adapter as secrets', async () => {
    const record = await storage.get('kms/aws');
    expect(JSON.parse(Buffer.from(record?.value ?? []).toString())).toMatchObject({ credentials });
    await engine.write('kms/aws/key/a', distribution);
    const [config] = connected;
    expect(inspect(config)).toContain('secret_key: [redacted]');
    expect(config?.credentials['secret_key']?.reveal()).toBe('hunter2-hunter2');
  });

  it('open one account until they change', async () => {
    await engine.write('kms/aws/key/a', distribution);
    await engine.write('kms/aws/key/b', distribution);
    expect(connected).toHaveLength(1);
    // Behind the engine's back, as another node does: no notice, the record alone tells.
    const changed = { ...credentials, secret_key: 'hunter3-hunter3' };
    const record = JSON.parse(Buffer.from((await storage.get('kms/aws'))?.value ?? []).toString()) as object;
    const value = Buffer.from(JSON.stringify({ ...record, credentials: changed }));
    await storage.put({ key: 'kms/aws', value });
    await engine.write('kms/aws/key/c', distribution);
    expect(connected.map((config) => config.credentials['secret_key']?.reveal())).toEqual([
      'hunter2-hunter2',
      'hunter3-hunter3',
    ]);
  });

  it('are not kept in an open account when their KMS is deleted', async () => {
    await engine.write('kms/aws/key/a', distribution);
    await engine.request('delete', 'kms/aws/key/a');
    expect(closed).toBe(0);
    await engine.request('delete', 'kms/aws');
    expect(closed).toBe(1);
  });
});
