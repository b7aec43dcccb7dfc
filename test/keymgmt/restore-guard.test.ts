import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject, StorageEntry } from '../../src/logical/index.ts';
import type { Unseen } from '../../src/providers/observation.ts';
import {
  distribute,
  distributedKey,
  driversWith,
  writeKey,
  type DistributedKey,
  type TestClock,
} from '../support/distributed-key.ts';
import { inMemoryStorage, type Engine, type InMemoryStorage } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

const HOUR = 60 * 60_000;

describe('the restore guard', () => {
  let cloud: ModelCloud;
  let clock: TestClock;
  let records: Map<string, StorageEntry>;
  let engine: Engine;
  let startWith: DistributedKey['start'];
  /** Whether the cloud says where names point to. */
  let namesAnswer: boolean;

  const start = (from: Map<string, StorageEntry>): Promise<Engine> => startWith({ storage: inMemoryStorage(from) });
  const snapshot = (): Map<string, StorageEntry> => structuredClone(records);
  const guard = async (of: Engine): Promise<JsonObject | undefined> => of.read('restore-guard');
  const isEngaged = async (of: Engine): Promise<unknown> => (await guard(of))?.['engaged'];

  beforeEach(async () => {
    namesAnswer = true;
    records = new Map();
    const silent = async (): Promise<Unseen> => ({ outcome: 'unreachable', why: 'no answer about names' });
    ({
      engine,
      cloud,
      clock,
      start: startWith,
    } = await distributedKey({
      storage: inMemoryStorage(records),
      drivers: (model) =>
        driversWith(model, (client) => ({
          ...client,
          observeName: (name, ours, signal) => (namesAnswer ? client.observeName(name, ours, signal) : silent()),
          observe: async (target, signal) => {
            const seen = await client.observe(target, signal);
            return namesAnswer ? seen : { ...seen, names: [{ ...(await silent()), place: '' }] };
          },
          surveyNames: (signal) => (namesAnswer ? client.surveyNames(signal) : silent()),
        })),
    }));
    await engine.tick(false);
  });

  describe('after the restore of a snapshot from before two rotations', () => {
    let restored: Engine;

    beforeEach(async () => {
      const old = snapshot();
      await engine.write('key/k/rotate');
      await engine.write('key/k/rotate');
      restored = await start(old);
    });

    it.each<[string, () => Promise<unknown>]>([
      ['rotate', () => restored.write('key/k/rotate')],
      ['sync', () => restored.write('kms/aws/key/k/sync')],
      ['remove', () => restored.request('delete', 'kms/aws/key/k')],
    ])('%s reports the finding and changes nothing', async (_verb, request) => {
      const name = (await engine.read('kms/aws/key/k'))?.['name'] as string;
      const before = [cloud.calls.length, (await restored.read('key/k'))?.['latest_version']];
      expect(await restored.errorOf(request() as ReturnType<Engine['request']>)).toMatch(
        new RegExp(
          `ahead of Vault's storage for key "k" in KMS "aws": the name "${name}" points to key-3, ` +
            'labelled as version 3, which stands in no record.*force=true',
        ),
      );
      expect([cloud.calls.length, (await restored.read('key/k'))?.['latest_version']]).toEqual(before);
      expect([...cloud.names.values()]).toEqual(['key-3']);
      expect(await guard(restored)).toMatchObject({
        engaged: true,
        findings: [{ kms: 'aws', key: 'k', name, remote_id: 'key-3', version: '3' }],
      });
    });

    it('engages at the first tick', async () => {
      await restored.tick(false);
      expect(await guard(restored)).toMatchObject({ engaged: true, findings: [{ remote_id: 'key-3' }] });
    });

    it('status has the verdict ahead and the target of the alias', async () => {
      expect(await restored.read('kms/aws/key/k/status')).toMatchObject({
        verdict: 'ahead',
        alias: { verdict: 'ahead', points_to: 'key-3', tags: { 'vault-keymgmt-version': '3' } },
      });
      expect(await restored.read('kms/aws/status')).toMatchObject({
        verdicts: { ahead: 1 },
        unrecorded_objects: [{ remote_id: 'key-2' }, { remote_id: 'key-3', tags: { 'vault-keymgmt-version': '3' } }],
        unrecorded_objects_incomplete: '',
      });
      // The one who has made them misses nothing.
      expect(await engine.read('kms/aws/status')).toMatchObject({ verdicts: { in_sync: 1 }, unrecorded_objects: [] });
    });

    it('sync force=true overrides the guard', async () => {
      await restored.write('kms/aws/key/k/sync', { force: true });
      expect([...cloud.names.values()]).toEqual(['key-1']);
      await restored.write('key/k/rotate');
      expect([...cloud.names.values()]).toEqual(['key-4']);
    });

    it('DELETE force=true removes the recorded KMS keys and leaves the alias', async () => {
      await restored.request('delete', 'kms/aws/key/k', { force: true });
      expect([...cloud.objects.values()].map(({ state }) => state)).toEqual(['pending_deletion', 'enabled', 'enabled']);
      expect([...cloud.names.values()]).toEqual(['key-3']);
    });

    it('an acknowledgement covers the finding, also after a restart', async () => {
      await restored.errorOf(restored.write('key/k/rotate'));
      await restored.write('restore-guard', { engaged: false });
      expect(await isEngaged(restored)).toBe(false);
      await restored.tick(false);
      await restored.write('kms/aws/key/k/sync');
      expect([...cloud.names.values()]).toEqual(['key-1']);
      expect(await isEngaged(restored)).toBe(false);
    });

    it('labels KMS keys created after an acknowledgement with the new epoch', async () => {
      await restored.write('restore-guard', { engaged: false });
      const { epoch } = (await guard(restored)) ?? {};
      expect(epoch).toMatch(/./);
      await restored.write('key/k/rotate', { force: true });
      expect(cloud.objects.get('key-4')?.labels).toMatchObject({ 'vault-keymgmt-epoch': epoch });
      expect(cloud.objects.get('key-3')?.labels).not.toHaveProperty('vault-keymgmt-epoch');
    });

    it('does not block the distribution of new keys', async () => {
      await restored.tick(false);
      await writeKey(restored, { key: 'new' });
      await distribute(restored, 'new');
      expect(await restored.read('kms/aws/key/new/status')).toMatchObject({ verdict: 'in_sync' });
    });

    it.each<[string, string, () => Promise<unknown>]>([
      ['rotate', 'create version 2', () => restored.write('key/k/rotate')],
      ['remove', 'remove the name', () => restored.request('delete', 'kms/aws/key/k')],
      ['sync', 'point the name to version 1', () => restored.write('kms/aws/key/k/sync')],
    ])('%s changes nothing while the alias cannot be read', async (_verb, left, request) => {
      const before = [structuredClone(cloud.names), structuredClone(cloud.objects)];
      namesAnswer = false;
      expect(await restored.errorOf(request() as ReturnType<Engine['request']>)).toContain(
        `no answer about names; left: ${left}`,
      );
      namesAnswer = true;
      await restored.tick();
      expect([cloud.names, cloud.objects]).toEqual(before);
      expect(await isEngaged(restored)).toBe(true);
    });

    it('treats unreadable labels as ours', async () => {
      cloud.searchable = false;
      expect(await restored.errorOf(restored.write('key/k/rotate'))).toMatch(/key-3, whose labels cannot be read/);
    });
  });

  it('a clone cannot move the alias of the original', async () => {
    const clone = await start(snapshot());
    await clone.tick(false);
    await engine.write('key/k/rotate');
    expect(await clone.errorOf(clone.write('key/k/rotate'))).toMatch(/ahead of Vault's storage/);
    expect([...cloud.names.values()]).toEqual(['key-2']);
  });

  it('does not finish an incomplete removal while it is engaged', async () => {
    cloud.fault = (action) => (action === 'remove' ? { when: 'before', reason: 'unavailable' } : undefined);
    await engine.errorOf(engine.request('delete', 'kms/aws/key/k'));
    cloud.fault = () => undefined;
    clock.advance(HOUR);
    const clone = await start(snapshot());
    await clone.write('restore-guard', { engaged: true });
    await clone.tick(true);
    expect(cloud.objects.get('key-1')?.state).toBe('enabled');
    await clone.write('restore-guard', { engaged: false });
    await clone.tick(true);
    expect(cloud.objects.get('key-1')?.state).toBe('pending_deletion');
  });

  it('an alias that reappears during an incomplete removal is not ahead', async () => {
    await engine.write('key/k/rotate');
    const [name] = cloud.names.keys();
    let removals = 0;
    cloud.fault = (action) =>
      action === 'remove' && ++removals === 2 ? { when: 'before', reason: 'throttled' } : undefined;
    await engine.errorOf(engine.request('delete', 'kms/aws/key/k'));
    cloud.fault = () => undefined;
    (cloud.names as Map<string, string>).set(name ?? '', 'key-1');
    await engine.request('delete', 'kms/aws/key/k');
    expect([...cloud.objects.values()].map(({ state }) => state)).toEqual(['pending_deletion', 'pending_deletion']);
    expect(await isEngaged(engine)).toBe(false);
  });

  it('stops the tick as soon as one distribution is ahead', async () => {
    await writeKey(engine, { key: 'l' });
    await distribute(engine, 'l');
    const other = await start(snapshot());
    cloud.fault = (action) => (action === 'set_current' ? { when: 'before', reason: 'forbidden' } : undefined);
    for (const key of ['k', 'l']) await engine.errorOf(engine.write(`key/${key}/rotate`));
    cloud.fault = () => undefined;
    await other.write('key/k/rotate');
    const before = structuredClone(cloud.names);
    await engine.tick();
    expect(await isEngaged(engine)).toBe(true);
    expect(cloud.names).toEqual(before);
  });

  it('records at most 100 findings', async () => {
    const many = Array.from({ length: 120 }, (_, index) => `many-${index}`);
    for (const key of many) {
      await writeKey(engine, { key });
      await distribute(engine, key);
    }
    const restored = inMemoryStorage(snapshot());
    for (const key of many) await engine.write(`key/${key}/rotate`);
    let writes = 0;
    const put: InMemoryStorage['put'] = async (entry, signal) => {
      if (entry.key === 'guard/state') writes++;
      await restored.put(entry, signal);
    };
    const next = await startWith({ storage: { ...restored, put } });
    await next.tick();
    expect(((await guard(next))?.['findings'] as unknown[]).length).toBe(100);
    expect(writes).toBe(100);
  });

  it('an alias that points to a KMS key of another owner is drift, not ahead', async () => {
    const name = [...cloud.names.keys()][0] ?? '';
    (cloud.names as Map<string, string>).set(name, 'stranger');
    const next = await start(snapshot());
    await next.tick(false);
    expect(await isEngaged(next)).toBe(false);
    expect(await next.read('kms/aws/key/k/status')).toMatchObject({ verdict: 'alias_moved' });
    await next.write('key/k/rotate');
    expect([...cloud.names.values()]).toEqual(['key-2']);
  });

  describe('heartbeat', () => {
    it.each([
      ['an hour old', HOUR, false],
      ['older than an hour', HOUR + 1, true],
      ['more than an hour in the future', -HOUR - 1, true],
      ['a minute in the future', -60_000, false],
    ])('%s: engaged after a start: %s', async (_title, age, engaged) => {
      clock.advance(age);
      const copy = snapshot();
      const next = await start(copy);
      await next.tick(false);
      expect(await isEngaged(next)).toBe(engaged);
      // It lasts until a person says otherwise.
      const later = await start(copy);
      await later.tick(false);
      expect(await isEngaged(later)).toBe(engaged);
    });

    it('is written every ten minutes while anything is distributed', async () => {
      const at = async (): Promise<unknown> => (await guard(engine))?.['last_heartbeat'];
      const first = await at();
      clock.advance(9 * 60_000);
      await engine.tick(false);
      expect(await at()).toBe(first);
      clock.advance(60_000);
      await engine.tick(false);
      expect(await at()).toBe('2026-01-01T00:10:00.000Z');
    });

    it('is deleted with the last distribution', async () => {
      await engine.request('delete', 'kms/aws/key/k');
      clock.advance(HOUR);
      await engine.tick(false);
      expect((await guard(engine))?.['last_heartbeat']).toBe('');
    });

    it('is ignored when nothing is distributed', async () => {
      await engine.request('delete', 'kms/aws/key/k');
      clock.advance(3 * HOUR);
      const next = await start(records);
      await next.tick(false);
      expect(await isEngaged(next)).toBe(false);
      expect((await guard(next))?.['last_heartbeat']).toBe('');
    });

    it('does not engage the guard of a running process, however late its ticks are', async () => {
      clock.advance(3 * HOUR);
      await engine.tick(false);
      expect(await isEngaged(engine)).toBe(false);
    });
  });

  it('POST restore-guard requires engaged', async () => {
    expect(await engine.errorOf(engine.write('restore-guard'))).toMatch(/engaged is required/);
  });
});
