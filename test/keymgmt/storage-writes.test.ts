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

  it('are two for the creation of a key and two for its deletion, and two that say so', async () => {
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

  it.each([1, 2, 3])('are n + 4 for a first distribution of %i versions', async (versions) => {
    for (let version = 1; version < versions; version++) await engine.write('key/k/rotate');
    const made = await during(distribute);
    // Where to look, what is wished, each attempt before its call, the last id, the end.
    expect(made).toEqual(['put key/k', ...Array.from({ length: versions + 3 }, () => record)]);
  });

  it('are three for a rotation, beside the two that make the key', async () => {
    await distribute();
    expect(await during(() => engine.write('key/k/rotate'))).toEqual([
      'put material/k/2',
      'put key/k',
      record,
      record,
      record,
    ]);
  });

  it('are one for an enable or disable, beside the one that wishes it', async () => {
    await distribute();
    await engine.write('key/k/rotate');
    for (const minimum of [2, 1]) {
      const made = await during(() => engine.write('key/k', { min_enabled_version: minimum }));
      expect(made).toEqual(['put key/k', record]);
    }
  });

  it('are two for a removal', async () => {
    await distribute();
    expect(await during(() => engine.request('delete', 'kms/aws/key/k'))).toEqual([
      record,
      'delete distribution/aws/k',
    ]);
  });

  it('are none where nothing is to be done', async () => {
    await distribute();
    expect(await during(distribute)).toEqual([]);
    expect(await during(() => engine.tick())).toEqual(['put guard/heartbeat']);
    // The next heartbeat is due in ten minutes.
    expect(await during(() => engine.tick())).toEqual([]);
    await engine.request('delete', 'kms/aws/key/k');
    expect(await during(() => engine.request('delete', 'kms/aws/key/k'))).toEqual([]);
  });
});
