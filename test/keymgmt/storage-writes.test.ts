import { beforeEach, describe, expect, it } from 'vitest';
import { AES, distributedKey, PURPOSE } from '../support/distributed-key.ts';
import type { Engine } from '../support/engine.ts';

// Each write is a round of consensus on a cluster; docs/decisions/0001 promises these numbers.
describe('storage writes', () => {
  let engine: Engine;
  let writes: string[];

  beforeEach(async () => {
    writes = [];
    ({ engine } = await distributedKey({
      distributed: false,
      reached: (storage) => ({
        put: async (entry) => {
          writes.push(`put ${entry.key}`);
          await storage.put(entry);
        },
        delete: async (key) => {
          writes.push(`delete ${key}`);
          await storage.delete(key);
        },
      }),
    }));
  });
  const distribute = (): Promise<unknown> => engine.write('kms/aws/key/k', PURPOSE);
  const during = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    writes = [];
    await work();
    return writes;
  };
  const record = 'put distribution/aws/k';

  it('creation and deletion of a key: four each', async () => {
    expect(await during(() => engine.write('key/new', { ...AES, deletion_allowed: true }))).toEqual([
      'put key-change/new',
      'put material/new/1',
      'put key/new',
      'delete key-change/new',
    ]);
    expect(await during(() => engine.request('delete', 'key/new'))).toEqual([
      'put key-change/new',
      'delete key/new',
      'delete material/new/1',
      'delete key-change/new',
    ]);
  });

  it.each([1, 2, 3])('first distribution of %i versions: n + 4', async (versions) => {
    for (let version = 1; version < versions; version++) await engine.write('key/k/rotate');
    const made = await during(distribute);
    // The KMS of the key, the desired state, each attempt before its call, the last id, the end.
    expect(made).toEqual(['put key/k', ...Array.from({ length: versions + 3 }, () => record)]);
  });

  it('rotation: two for the key and three for the distribution', async () => {
    await distribute();
    expect(await during(() => engine.write('key/k/rotate'))).toEqual([
      'put material/k/2',
      'put key/k',
      record,
      record,
      record,
    ]);
  });

  it('update of min_enabled_version: one for the key and one for the distribution', async () => {
    await distribute();
    await engine.write('key/k/rotate');
    for (const minimum of [2, 1]) {
      const made = await during(() => engine.write('key/k', { min_enabled_version: minimum }));
      expect(made).toEqual(['put key/k', record]);
    }
  });

  it('removal: two', async () => {
    await distribute();
    expect(await during(() => engine.request('delete', 'kms/aws/key/k'))).toEqual([
      record,
      'delete distribution/aws/k',
    ]);
  });

  it('none when nothing changes', async () => {
    await distribute();
    expect(await during(distribute)).toEqual([]);
    expect(await during(() => engine.tick())).toEqual(['put guard/heartbeat']);
    // The next heartbeat is due in ten minutes.
    expect(await during(() => engine.tick())).toEqual([]);
    await engine.request('delete', 'kms/aws/key/k');
    expect(await during(() => engine.request('delete', 'kms/aws/key/k'))).toEqual([]);
  });
});
