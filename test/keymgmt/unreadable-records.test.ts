import { beforeEach, describe, expect, it } from 'vitest';
import { activeNode, StorageError } from '../../src/logical/index.ts';
import { silentLogger, type LogFields } from '../../src/support/logger.ts';
import { distributedKey, PURPOSE, writeKey, type DistributedKey, type TestClock } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

describe('an unreadable record', () => {
  let clock: TestClock;
  let start: DistributedKey['start'];
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let engine: Engine;
  let warnings: LogFields[];
  let errors: LogFields[];
  const system = { ...activeNode, tainted: async () => true };
  const spoil = (key: string): Promise<void> => storage.put({ key, value: Buffer.from('{"schema":2}') });
  const orphans = (): readonly string[] => storage.keys().filter((key) => key.startsWith('orphan/'));

  beforeEach(async () => {
    warnings = [];
    errors = [];
    ({ engine, cloud, storage, clock, start } = await distributedKey({
      key: 'a',
      distributed: false,
      newAttempt: () => `attempt-${cloud.calls.length}`,
      logger: {
        ...silentLogger,
        warn: (_message, fields = {}) => void warnings.push(fields),
        error: (_message, fields = {}) => void errors.push(fields),
      },
    }));
    await writeKey(engine, { key: 'b' });
  });

  it('does not stop the orphan search for other keys', async () => {
    cloud.searchable = false;
    for (const key of ['a', 'b']) {
      cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
      await engine.errorOf(engine.write(`kms/aws/key/${key}`, PURPOSE));
      cloud.fault = () => undefined;
      await engine.write(`kms/aws/key/${key}`, PURPOSE);
    }
    expect(orphans()).toHaveLength(2);
    cloud.searchable = true;
    await spoil('distribution/aws/a');
    clock.advance(120 * 60_000);
    await engine.tick();
    expect(orphans()).toHaveLength(1);
  });

  it('of a possible orphan does not make the tick, the status or the deletion of its KMS fail', async () => {
    await spoil('orphan/aws/x');
    await engine.tick();
    expect(errors).toEqual([{ kms: 'aws', attempt: 'x' }]);
    expect(await engine.read('kms/aws/status')).toMatchObject({ possible_orphans: [] });
    expect(await engine.errorOf(engine.request('delete', 'kms/aws'))).toBeUndefined();
  });

  it('makes the status fail when storage fails', async () => {
    await spoil('orphan/aws/x');
    const get: typeof storage.get = async (key) => {
      if (key.startsWith('orphan/')) throw new StorageError('the disk is gone');
      return storage.get(key);
    };
    const failing = await start({ storage: { ...storage, get } });
    await expect(failing.read('kms/aws/status')).rejects.toThrow('the disk is gone');
  });

  it('is logged with the others when the mount is disabled', async () => {
    for (const key of ['a', 'b']) await engine.write(`kms/aws/key/${key}`, PURPOSE);
    await spoil('distribution/aws/a');
    await engine.backend.cleanup({ storage, system, signal: new AbortController().signal });
    expect(warnings).toMatchObject([
      { key: 'a', reason: expect.stringContaining('cannot be read') as string },
      { key: 'b', remote_ids: 'key-2' },
    ]);
  });
});
