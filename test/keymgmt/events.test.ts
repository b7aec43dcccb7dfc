import { beforeEach, describe, expect, it } from 'vitest';
import { EVENTS } from '../../src/keymgmt/event-definitions.ts';
import { AWS, distribute, distributedKey, PURPOSE, type TestClock } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

describe('events', () => {
  let engine: Engine;
  let cloud: ModelCloud;
  let clock: TestClock;
  let storage: InMemoryStorage;
  let sent: (readonly [string, Readonly<Record<string, string>>])[];
  /** What was sent since the last time. */
  const events = (): typeof sent => sent.splice(0);
  /** Types and paths only. */
  const brief = (): string[] => events().map(([type, { path }]) => `${type.replace('keymgmt/', '')} ${path ?? ''}`);

  beforeEach(async () => {
    sent = [];
    ({ engine, cloud, clock, storage } = await distributedKey({
      distributed: false,
      newAttempt: () => `attempt-${cloud.calls.length}`,
      events: { send: (type, metadata) => void sent.push([type, metadata]) },
    }));
  });

  it('carry the metadata of the engines of Vault, all of it strings, and what they tell of', async () => {
    await engine.write('key/k/rotate');
    const written = (path: string, data_path = path): object => ({ path, data_path, modified: 'true' });
    expect(events()).toEqual([
      ['keymgmt/key-create', { ...written('key/k'), operation: 'key-create', key: 'k', type: 'aes256-gcm96' }],
      ['keymgmt/kms-write', { ...written('kms/aws'), operation: 'kms-write', kms: 'aws', provider: 'awskms' }],
      ['keymgmt/key-rotate', { ...written('key/k/rotate', 'key/k'), operation: 'key-rotate', key: 'k', version: '2' }],
    ]);
  });

  it('carry what their definition says, and no path is left with a gap', async () => {
    await distribute(engine);
    await engine.request('delete', 'kms/aws/key/k');
    await engine.write('restore-guard', { engaged: true });
    for (const [type, { path, data_path, operation, modified, ...carried }] of events()) {
      const definition = EVENTS[type.replace('keymgmt/', '') as keyof typeof EVENTS];
      expect(Object.keys(carried).sort(), type).toEqual([...definition.carries].sort());
      expect([operation, modified], type).toEqual([type.replace('keymgmt/', ''), String(definition.modified)]);
      expect(`${path} ${data_path ?? ''}`, type).not.toMatch(/\/\/|\/ |:/);
    }
  });

  describe('of a change', () => {
    beforeEach(() => void events());

    it('come once for each, in the life of a key', async () => {
      await distribute(engine);
      expect(brief()).toEqual(['distribute kms/aws/key/k']);
      await engine.write('key/k/rotate');
      expect(brief()).toEqual(['key-rotate key/k/rotate', 'distribute kms/aws/key/k']);
      await engine.write('key/k', { min_enabled_version: 2 });
      expect(brief()).toEqual(['key-update key/k', 'distribute kms/aws/key/k']);
      await engine.write('key/k', { deletion_allowed: true });
      expect(brief()).toEqual(['key-update key/k']);
      await engine.request('delete', 'kms/aws/key/k');
      expect(brief()).toEqual(['distribution-remove kms/aws/key/k']);
      await engine.request('delete', 'key/k');
      expect(brief()).toEqual(['key-delete key/k']);
      await engine.request('delete', 'kms/aws');
      expect(brief()).toEqual(['kms-delete kms/aws']);
    });

    it('do not come for what changes nothing, is refused, or only says what it would do', async () => {
      await engine.request('delete', 'key/none');
      await engine.request('delete', 'kms/none');
      await engine.write('key/k', { deletion_allowed: false });
      await engine.errorOf(engine.write('key/k', { min_enabled_version: 7 }));
      await engine.errorOf(engine.request('delete', 'key/k'));
      await engine.errorOf(engine.write('key/none/rotate'));
      await engine.errorOf(engine.write('kms/new', { provider: 'unknown' }));
      await engine.errorOf(engine.write('kms/none/key/k', PURPOSE));
      await engine.read('key/k');
      expect(brief()).toEqual([]);
      await distribute(engine);
      events();
      await engine.write('kms/aws/key/k', PURPOSE);
      for (const object of cloud.objects.values()) object.state = 'disabled';
      await engine.write('kms/aws/key/k/sync', { dry_run: true });
      await engine.tick();
      expect(brief()).toEqual([]);
    });

    it('come when storage has it: a rotation that fails in the KMS is told as far as it came, and the rest later', async () => {
      await distribute(engine);
      events();
      cloud.fault = (action) => (action === 'create' ? { when: 'before', reason: 'forbidden' } : undefined);
      await engine.errorOf(engine.write('key/k/rotate'));
      expect(brief()).toEqual(['key-rotate key/k/rotate']);
      cloud.fault = () => undefined;
      clock.advance(60 * 60_000);
      await engine.tick();
      expect(brief()).toEqual(['distribute kms/aws/key/k']);
    });

    it('do not come for a distribution that the KMS refuses before anything is made', async () => {
      cloud.fault = (action) => (action === 'create' ? { when: 'before', reason: 'forbidden' } : undefined);
      await engine.errorOf(distribute(engine));
      expect(brief()).toEqual([]);
    });

    it('come when a distribution is forgotten, and say that its objects stay', async () => {
      await distribute(engine);
      events();
      await engine.write('kms/aws/key/k/force-remove');
      expect(events()).toMatchObject([['keymgmt/distribution-remove', { key: 'k', kms: 'aws', forced: 'true' }]]);
    });

    it('come when a lost key is given up', async () => {
      await storage.delete('key/k');
      await engine.request('delete', 'lost-key/k');
      expect(brief()).toEqual(['key-delete key/k']);
    });
  });

  it('tell of drift when it is new or another, and not with each look', async () => {
    await distribute(engine);
    events();
    const look = async (state: 'enabled' | 'disabled' | 'pending_deletion'): Promise<unknown[]> => {
      for (const object of cloud.objects.values()) object.state = state;
      await engine.read('kms/aws/key/k/status');
      return events().map(([type, { verdict, modified }]) => [type, verdict, modified]);
    };
    expect(await look('enabled')).toEqual([]);
    expect(await look('disabled')).toEqual([['keymgmt/distribution-drift', 'disabled', 'false']]);
    expect(await look('disabled')).toEqual([]);
    expect(await look('pending_deletion')).toEqual([['keymgmt/distribution-drift', 'pending_deletion', 'false']]);
    expect(await look('enabled')).toEqual([]);
    expect(await look('disabled')).toHaveLength(1);
  });

  it('tell of a possible orphan, found by background work', async () => {
    cloud.fault = (action) => (action === 'create' ? { when: 'before', reason: 'timeout' } : undefined);
    await engine.errorOf(distribute(engine));
    cloud.fault = () => undefined;
    clock.advance(60_000);
    events();
    await engine.tick();
    expect(events()).toMatchObject([
      [
        'keymgmt/orphan',
        { path: 'kms/aws/orphan/attempt-0', key: 'k', kms: 'aws', version: '1', attempt: 'attempt-0' },
      ],
      ['keymgmt/distribute', { key: 'k', kms: 'aws', version: '1' }],
    ]);
  });

  it('tell of the restore guard when it is engaged and released, each once', async () => {
    events();
    await engine.write('restore-guard', { engaged: true });
    await engine.write('restore-guard', { engaged: true });
    await engine.write('restore-guard', { engaged: false });
    expect(events().map(([type, { engaged }]) => [type, engaged])).toEqual([
      ['keymgmt/restore-guard', 'true'],
      ['keymgmt/restore-guard', 'false'],
    ]);
  });

  it('never carry the credentials of a KMS', async () => {
    events();
    await engine.write('kms/two', { ...AWS, credentials: { access_key: 'AKIAEXAMPLE', secret_key: 'the-secret-one' } });
    expect(JSON.stringify(events())).not.toMatch(/AKIAEXAMPLE|the-secret-one/);
  });
});
