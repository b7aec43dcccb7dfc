import { beforeEach, describe, expect, it } from 'vitest';
import type { StorageEntry } from '../../src/logical/index.ts';
import { activeNode, StorageError } from '../../src/logical/index.ts';
import { distributedKey, writeKey, type DistributedKey } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';

const SMALL_PARTS = { part: 2, changes: 1 };

describe('reads from the cache', () => {
  let engine: Engine;
  let storage: InMemoryStorage;
  let start: DistributedKey['start'];
  /** Storage keys that were read. */
  let gets: string[];
  let fail: (entry: StorageEntry) => boolean;

  beforeEach(async () => {
    gets = [];
    fail = () => false;
    ({ engine, storage, start } = await distributedKey({
      versions: 5,
      recordSizes: SMALL_PARTS,
      reached: (below) => ({
        get: (key) => {
          gets.push(key);
          return below.get(key);
        },
        // The effect is there, and the answer is lost.
        put: async (entry) => {
          await below.put(entry);
          if (fail(entry)) throw new StorageError('the answer is lost');
        },
      }),
    }));
    await Promise.all(['key/k', 'kms/aws/key/k'].map((path) => engine.read(path)));
    gets = [];
  });
  const latest = async (by = engine): Promise<unknown> => (await by.read('key/k'))?.['latest_version'];
  /** Another process rotates; the server tells this one of nothing yet. */
  const foreignRotation = async (): Promise<void> => {
    await (await start({ recordSizes: SMALL_PARTS })).write('key/k/rotate');
    gets = [];
  };

  it('of a key and of a distribution ask storage for nothing, whatever parts they have', async () => {
    expect(await engine.read('key/k')).toMatchObject({ latest_version: 5 });
    expect(await engine.read('kms/aws/key/k')).toMatchObject({ versions: { 1: 'key-1', 5: 'key-5' } });
    expect(gets).toEqual([]);
  });

  it('show every write at once, also one whose answer was lost', async () => {
    await engine.write('key/k/rotate');
    expect(await latest()).toBe(6);
    expect((await engine.read('kms/aws/key/k'))?.['versions']).toMatchObject({ 6: 'key-6' });
    await engine.write('key/k', { min_enabled_version: 4 });
    expect(Object.keys((await engine.read('key/k'))?.['versions'] as object)).toEqual(['4', '5', '6']);
    fail = ({ key }) => key === 'key/k';
    await expect(engine.write('key/k/rotate')).rejects.toThrow('the answer is lost');
    fail = () => false;
    expect(await latest()).toBe(7);
    await engine.request('delete', 'kms/aws/key/k');
    expect(await engine.read('kms/aws/key/k')).toBeUndefined();
    await engine.write('key/k', { deletion_allowed: true });
    await engine.request('delete', 'key/k');
    expect(await engine.read('key/k')).toBeUndefined();
    await writeKey(engine, { versions: 3 });
    expect(await latest()).toBe(3);
  });

  it.each(['key/k', 'key-parts/k/1'])('see what another node has written when the server names %s', async (key) => {
    await foreignRotation();
    expect(await latest()).toBe(5);
    engine.backend.invalidateKey(key);
    expect(await latest()).toBe(6);
  });

  it('see what another node has distributed when the server names any part of the record', async () => {
    await foreignRotation();
    const parts = storage.keys().filter((key) => key.startsWith('distribution-parts/aws/k/'));
    expect(parts).not.toEqual([]);
    engine.backend.invalidateKey(parts[0] ?? '');
    expect((await engine.read('kms/aws/key/k'))?.['versions']).toMatchObject({ 6: 'key-6' });
  });

  it('see what storage holds after a node has become active', async () => {
    await foreignRotation();
    await engine.backend.initialize({ storage, system: activeNode, signal: new AbortController().signal });
    expect(await latest()).toBe(6);
  });

  it('decide nothing: every write reads storage', async () => {
    await foreignRotation();
    // Shown from the cache, and yet the rotation makes the version after that of storage.
    expect(await latest()).toBe(5);
    await engine.write('key/k/rotate');
    expect(await latest()).toBe(7);

    await storage.delete('key/k');
    expect(await latest()).toBe(7);
    const request = { operation: 'update', path: 'key/k', data: {} } as const;
    const signal = new AbortController().signal;
    const wire = { id: '', mountPoint: '', displayName: '', entityId: '', headers: {} };
    const context = { storage, system: activeNode, signal };
    expect(await engine.backend.handleExistenceCheck({ ...wire, ...request, ...context })).toMatchObject({
      exists: false,
    });
    expect(await engine.errorOf(engine.write('key/k/rotate'))).toBe('key "k" not found');
  });

  it('are of storage alone where the server says that caching is disabled', async () => {
    const uncached = await start({ system: { ...activeNode, cachingDisabled: async () => true } });
    expect(await latest(uncached)).toBe(5);
    await foreignRotation();
    expect(await latest(uncached)).toBe(6);
  });

  it('remember neither material nor credentials nor possible orphans', async () => {
    await engine.read('kms/aws');
    await engine.read('kms/aws/status');
    gets = [];
    await engine.read('kms/aws');
    expect(gets).toEqual(['kms/aws']);
  });
});
