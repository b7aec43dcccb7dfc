import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/logical/index.ts';
import { silentLogger, type LogFields } from '../../src/support/logger.ts';
import { distributedKey, driversWith, type TestClock } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import { modelCloud, type ModelCloud } from '../support/model-cloud.ts';

const MINUTE = 60_000;
const MONTH = 30 * 24 * 60 * MINUTE;

describe('a KMS key that the KMS does not find', () => {
  let clock: TestClock;
  let account: ModelCloud;
  let other: ModelCloud;
  let storage: InMemoryStorage;
  let engine: Engine;
  let warnings: (readonly [string, LogFields])[];

  const use = (name: 'one' | 'other'): Promise<unknown> =>
    engine.write('kms/aws', { credentials: { access_key: name, secret_key: 's' } });
  const orphans = async (): Promise<unknown> => (await engine.read('kms/aws/status'))?.['possible_orphans'];

  beforeEach(async () => {
    warnings = [];
    ({
      engine,
      cloud: account,
      clock,
      storage,
    } = await distributedKey({
      drivers: (model) =>
        driversWith(model, (client, config) =>
          config.credentials['access_key']?.reveal() === 'other' ? other.drivers.awskms.connect(config) : client,
        ),
      logger: { ...silentLogger, warn: (message, fields = {}) => void warnings.push([message, fields]) },
    }));
    other = modelCloud({ clock });
  });

  it('is not deleted after a sync with credentials of another account', async () => {
    clock.advance(MONTH);
    await use('other');
    await engine.write('kms/aws/key/k/sync');
    await use('one');
    clock.advance(120 * MINUTE);
    await engine.tick();
    expect(account.objects.get('key-1')?.state).toBe('enabled');
    expect(warnings).toContainEqual([
      'KMS key not found; treating it as deleted',
      { key: 'k', kms: 'aws', version: 1, remote_id: 'key-1' },
    ]);
  });

  it('stays recorded as replaced and is removed with the distribution', async () => {
    clock.advance(MONTH);
    await use('other');
    await engine.write('kms/aws/key/k/sync');
    await use('one');
    expect((await engine.read('kms/aws/key/k/status'))?.['replaced']).toEqual(['key-1']);
    await engine.request('delete', 'kms/aws/key/k');
    expect(account.objects.get('key-1')?.state).toBe('pending_deletion');
  });

  it('is removed with the distribution although its deletion was canceled in the KMS', async () => {
    const object = account.objects.get('key-1');
    if (object) object.state = 'pending_deletion';
    await engine.write('kms/aws/key/k/sync');
    if (object) object.state = 'enabled';
    await engine.request('delete', 'kms/aws/key/k');
    expect([...account.objects.values()].map(({ state }) => state)).toEqual(['pending_deletion', 'pending_deletion']);
  });

  it('is treated as deleted after the consistency window, and the log says so', async () => {
    clock.advance(MONTH);
    await use('other');
    await engine.request('delete', 'kms/aws/key/k');
    expect(await orphans()).toEqual([]);
    expect(warnings.map(([message]) => message)).toEqual(['KMS key not found; treating it as deleted']);
  });

  it('keeps its removal pending within the consistency window', async () => {
    await use('other');
    expect(await engine.errorOf(engine.request('delete', 'kms/aws/key/k'))).toMatch(
      /the KMS does not know key-1, but it was made too recently to treat it as deleted/,
    );
    expect(await orphans()).toEqual([]);
    await use('one');
    await engine.tick();
    expect(account.objects.get('key-1')?.state).toBe('pending_deletion');
    expect(await engine.read('kms/aws/key/k')).toBeUndefined();
  });

  it('is treated as deleted once the consistency window is over', async () => {
    (account.objects as Map<string, unknown>).delete('key-1');
    await engine.errorOf(engine.request('delete', 'kms/aws/key/k'));
    clock.advance(5 * MINUTE);
    await engine.tick();
    expect(await engine.read('kms/aws/key/k')).toBeUndefined();
    expect(warnings).toContainEqual([
      'KMS key not found; treating it as deleted',
      { key: 'k', kms: 'aws', version: 1, remote_id: 'key-1' },
    ]);
  });

  it('is not deleted when it was replaced within the consistency window', async () => {
    await use('other');
    await engine.write('kms/aws/key/k/sync');
    await use('one');
    for (let hour = 0; hour < 3; hour++) {
      clock.advance(61 * MINUTE);
      await engine.tick();
    }
    expect(account.objects.get('key-1')?.state).toBe('enabled');
    expect(await orphans()).toEqual([]);
    expect(await engine.read('kms/aws/key/k/status')).toMatchObject({ replaced: ['key-1'] });
  });

  it('is not replaced when only its alias is not found', async () => {
    account.searchable = false;
    account.fault = (action) => (action === 'set_current' ? { when: 'before', reason: 'not_found' } : undefined);
    (account.names as Map<string, string>).clear();
    expect(await engine.errorOf(engine.write('kms/aws/key/k/sync'))).toMatch(/enable version 1|set_current/);
    expect(await engine.read('kms/aws/key/k')).toMatchObject({ versions: { 1: 'key-1' } });
    expect(account.objects.size).toBe(1);
  });

  it('sync keeps unknown fields in the record', async () => {
    const read = async (): Promise<JsonObject> => {
      const entry = await storage.get('distribution/aws/k');
      return JSON.parse(Buffer.from(entry?.value ?? []).toString()) as JsonObject;
    };
    const record = await read();
    Object.assign((record['versions'] as Record<string, object>)['1'] ?? {}, { replicas: ['eu-west-1'] });
    await storage.put({ key: 'distribution/aws/k', value: Buffer.from(JSON.stringify(record)) });
    await engine.write('kms/aws/key/k/sync');
    expect(await read()).toMatchObject({ versions: { 1: { replicas: ['eu-west-1'], enabled: true } } });
  });
});
