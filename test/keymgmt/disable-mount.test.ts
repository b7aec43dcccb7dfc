import { beforeEach, describe, expect, it } from 'vitest';
import { activeNode, StorageError, type Storage } from '../../src/logical/index.ts';
import { silentLogger, type LogFields, type Logger } from '../../src/support/logger.ts';
import { distribute, distributedKey, writeKey } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

describe('cleanup of a mount', () => {
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let engine: Engine;
  let tainted: boolean;
  let warnings: { readonly message: string; readonly fields: LogFields | undefined }[];
  const system = { ...activeNode, tainted: async () => tainted };
  const logger: Logger = {
    ...silentLogger,
    warn(message, fields) {
      warnings.push({ message, fields });
    },
  };
  const cleanUp = (over: Storage = storage): Promise<void> =>
    engine.backend.cleanup({ storage: over, system, signal: new AbortController().signal });

  beforeEach(async () => {
    tainted = false;
    warnings = [];
    ({ engine, cloud, storage } = await distributedKey({ key: 'one', system, logger }));
    await writeKey(engine, { key: 'local' });
    await writeKey(engine, { key: 'two' });
    await distribute(engine, 'two');
    await engine.write('key/two/rotate');
  });

  it('logs the KMS keys of each distribution when the mount is disabled, and deletes none', async () => {
    tainted = true;
    await cleanUp();
    const place = { kms: 'aws', provider: 'awskms', key_collection: 'us-west-1' };
    const message = 'the mount is being disabled; what a distribution made stays in the KMS provider';
    expect(warnings).toEqual([
      {
        message,
        fields: { ...place, key: 'one', name: expect.stringMatching(/^one-\d+$/) as string, remote_ids: 'key-1' },
      },
      {
        message,
        fields: { ...place, key: 'two', name: expect.stringMatching(/^two-\d+$/) as string, remote_ids: 'key-2,key-3' },
      },
    ]);
    expect([...cloud.objects.values()].map(({ state }) => state)).toEqual(['enabled', 'enabled', 'enabled']);
  });

  it('logs nothing on seal or plugin reload', async () => {
    await cleanUp();
    expect(warnings).toEqual([]);
  });

  it('logs the attempts without an answer', async () => {
    cloud.searchable = false;
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    await engine.write('key/one/rotate').catch(() => undefined);
    const attempt = [...cloud.objects.values()].at(-1)?.attempt;
    tainted = true;
    warnings = [];
    await cleanUp();
    expect(warnings[0]?.fields).toMatchObject({ key: 'one', remote_ids: 'key-1', attempts: attempt });
  });

  it('logs the possible orphans', async () => {
    cloud.searchable = false;
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    await engine.write('key/one/rotate').catch(() => undefined);
    const attempt = [...cloud.objects.values()].at(-1)?.attempt;
    cloud.fault = () => undefined;
    await engine.write('key/one/rotate');
    tainted = true;
    warnings = [];
    await cleanUp();
    expect(warnings.at(-1)).toEqual({
      message: 'the mount is being disabled; objects may have been left behind in the KMS provider',
      fields: { kms: 'aws', provider: 'awskms', key_collection: 'us-west-1', attempts: attempt },
    });
  });

  it('succeeds when storage fails', async () => {
    tainted = true;
    const broken: Storage = { ...storage, list: () => Promise.reject(new StorageError('no disk')) };
    await cleanUp(broken);
    expect(warnings).toEqual([
      { message: 'cannot say what the disabled mount leaves in the KMS providers', fields: { reason: 'no disk' } },
    ]);
  });

  it('the last tick retries incomplete distributions without waiting', async () => {
    cloud.fault = (action) => (action === 'import' ? { when: 'before', reason: 'forbidden' } : undefined);
    await engine.write('key/one/rotate').catch(() => undefined);
    await engine.tick(false);
    cloud.fault = () => undefined;
    await engine.tick(false);
    expect([...cloud.objects.values()].map(({ state }) => state)).toContain('pending_import');
    tainted = true;
    await engine.tick(false);
    expect([...cloud.objects.values()].map(({ state }) => state)).not.toContain('pending_import');
  });
});
