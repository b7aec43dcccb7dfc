import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/logical/index.ts';
import { distribute, distributedKey, verdictsOf, writeKey, type DistributedKey } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';
import { clockOf } from '../support/clock.ts';

describe('GET kms/:name/key/:key/status and kms/:name/status', () => {
  let engine: Engine;
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let start: DistributedKey['start'];

  beforeEach(async () => {
    ({ engine, cloud, storage, start } = await distributedKey());
    await engine.write('key/k/rotate');
  });

  const object = (id: string): NonNullable<ReturnType<ModelCloud['objects']['get']>> => {
    const found = cloud.objects.get(id);
    if (!found) throw new Error(`no object ${id}`);
    return found;
  };
  const verdicts = (): Promise<JsonObject> => verdictsOf(engine);
  const sync = async (data: JsonObject = {}): Promise<JsonObject | undefined> =>
    (await engine.write('kms/aws/key/k/sync', data))?.data;

  it('reports in_sync for versions and alias', async () => {
    const name = (await engine.read('kms/aws/key/k'))?.['name'];
    const healthy = { expected: 'enabled', observed: 'enabled', verdict: 'in_sync' };
    expect(await engine.read('kms/aws/key/k/status')).toEqual({
      name,
      verdict: 'in_sync',
      alias: { verdict: 'in_sync', points_to: 'key-2' },
      versions: { 1: { remote_id: 'key-1', ...healthy }, 2: { remote_id: 'key-2', ...healthy } },
    });
    expect(await verdicts()).toEqual({ 1: 'in_sync', 2: 'in_sync', alias: 'in_sync' });
    expect(await sync({ dry_run: true })).toEqual({ dry_run: true, planned: [] });
  });

  it('reports forbidden without permission to read', async () => {
    cloud.searchable = false;
    object('key-1').state = 'disabled';
    const status = await engine.read('kms/aws/key/k/status');
    const why = 'no permission to look';
    expect(status).toMatchObject({
      verdict: 'forbidden',
      versions: { 1: { verdict: 'forbidden', observed: '', why } },
    });
  });

  it('reports missing for a version of an incomplete rotation', async () => {
    cloud.fault = (action) => (action === 'create' ? { when: 'before', reason: 'forbidden' } : undefined);
    await engine.errorOf(engine.write('key/k/rotate'));
    const status = await engine.read('kms/aws/key/k/status');
    expect(status).toMatchObject({
      verdict: 'missing',
      versions: { 3: { remote_id: '', expected: 'enabled', observed: '', verdict: 'missing' } },
    });
  });

  it('kms/:name/status is paginated', async () => {
    for (const name of ['a', 'b']) {
      await writeKey(engine, { key: name });
      await distribute(engine, name);
    }
    object('key-1').state = 'disabled';
    const page = async (data: JsonObject): Promise<JsonObject | undefined> =>
      (await engine.request('read', 'kms/aws/status', data))?.data;
    const first = await page({ limit: 2 });
    expect(Object.keys(first?.['keys'] as JsonObject)).toEqual(['a', 'b']);
    expect(first).toMatchObject({ next: 'b', verdicts: { in_sync: 2 } });
    const second = await page({ limit: 2, after: 'b' });
    expect(second).toMatchObject({ next: '', verdicts: { disabled: 1 }, keys: { k: { verdict: 'disabled' } } });
    expect(await engine.errorOf(engine.request('read', 'kms/aws/status', { limit: 0 }))).toMatch(/limit must be/);
  });

  it('kms/:name/status ends a slow page early and returns next', async () => {
    let now = 0;
    const clock = clockOf(() => now);
    const reading: typeof storage.get = async (key) => {
      if (key.startsWith('distribution/')) now += 20_000;
      return storage.get(key);
    };
    for (const name of ['a', 'b']) {
      await writeKey(engine, { key: name });
      await distribute(engine, name);
    }
    const slow = await start({ storage: { ...storage, get: reading }, clock });
    const first = await slow.read('kms/aws/status');
    expect(Object.keys(first?.['keys'] as JsonObject)).toEqual(['a', 'b']);
    expect(first).toMatchObject({ next: 'b' });
  });

  it('kms/:name/status contains a key named __proto__', async () => {
    await writeKey(engine, { key: '__proto__' });
    await distribute(engine, '__proto__');
    const keys = (await engine.read('kms/aws/status'))?.['keys'];
    expect(Object.keys(keys ?? {})).toEqual(['__proto__', 'k']);
  });
});
