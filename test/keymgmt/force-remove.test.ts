import { beforeEach, describe, expect, it } from 'vitest';
import { StorageError, type Storage } from '../../src/logical/index.ts';
import { silentLogger, type LogFields } from '../../src/support/logger.ts';
import { distributedKey, PURPOSE, type DistributedKey } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

describe('POST kms/:name/key/:key/force-remove', () => {
  let engine: Engine;
  let cloud: ModelCloud;

  beforeEach(async () => {
    ({ engine, cloud } = await distributedKey());
    await engine.write('key/k/rotate');
  });

  const object = (id: string): NonNullable<ReturnType<ModelCloud['objects']['get']>> => {
    const found = cloud.objects.get(id);
    if (!found) throw new Error(`no object ${id}`);
    return found;
  };

  it('deletes the record without a KMS call and lists the KMS keys that remain', async () => {
    cloud.fault = () => ({ when: 'before', reason: 'unavailable' });
    const answer = await engine.write('kms/aws/key/k/force-remove');
    expect(answer?.warnings).toEqual([
      expect.stringMatching(/^"k-\d+" was forgotten without asking .* is left behind there: key-1, key-2$/),
    ]);
    expect(await engine.read('kms/aws/key/k')).toBeUndefined();
    expect(await engine.errorOf(engine.request('delete', 'kms/aws'))).toBeUndefined();
  });

  it('DELETE kms/:name/key/:key force=true is refused unless the KMS is ahead, and removes nothing', async () => {
    const before = [...cloud.calls];
    for (const force of [true, 'true']) {
      const answer = await engine.errorOf(engine.request('delete', 'kms/aws/key/k', { force }));
      expect(answer).toMatch(
        /^force=true is taken for a removal only where.* vault write -f <mount>\/kms\/aws\/key\/k\/force-remove$/,
      );
    }
    expect(cloud.calls).toEqual(before);
    expect(await engine.read('kms/aws/key/k')).toBeDefined();
    expect(await engine.errorOf(engine.request('delete', 'kms/aws/key/k', { force: false }))).toBeUndefined();
  });

  it('lists the attempts without an answer', async () => {
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    await engine.errorOf(engine.write('key/k/rotate'));
    const attempt = object('key-3').attempt;
    const answer = await engine.write('kms/aws/key/k/force-remove');
    expect(answer?.warnings?.slice(1)).toEqual([
      `an object with the tag of attempt ${attempt} may have been left behind`,
    ]);
    expect(await engine.write('kms/aws/key/k/force-remove')).toBeUndefined();
  });
});

describe('POST kms/:name/key/:key/force-remove while storage fails', () => {
  let startWith: DistributedKey['start'];
  let cloud: ModelCloud;
  let storage: InMemoryStorage;
  let warnings: (readonly [string, LogFields])[];
  beforeEach(async () => {
    warnings = [];
    ({
      cloud,
      storage,
      start: startWith,
    } = await distributedKey({
      distributed: false,
      fields: { deletion_allowed: true },
      logger: { ...silentLogger, warn: (message, fields = {}) => void warnings.push([message, fields]) },
    }));
  });

  const start = (reached: Partial<Storage> = {}): Promise<Engine> => startWith({ storage: { ...storage, ...reached } });

  it('logs the attempts that remain before it deletes the record', async () => {
    let lost = false;
    const engine = await start({
      delete: async (key) => {
        await storage.delete(key);
        if (lost) throw new StorageError('the answer is lost');
      },
    });
    cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
    expect(await engine.errorOf(engine.write('kms/aws/key/k', PURPOSE))).toBeDefined();
    lost = true;
    await expect(engine.write('kms/aws/key/k/force-remove')).rejects.toThrow('the answer is lost');
    expect(warnings).toMatchObject([
      [
        expect.stringContaining('from storage only'),
        { key: 'k', kms: 'aws', attempts: [...cloud.objects.values()][0]?.attempt },
      ],
    ]);
  });
});
