import { beforeEach, describe, expect, it } from 'vitest';
import { StorageError, type Storage } from '../../src/logical/index.ts';
import { AES, distributedKey, writeKey, type DistributedKey } from '../support/distributed-key.ts';
import { inMemoryStorage, startEngine, type Engine, type InMemoryStorage } from '../support/engine.ts';
import { modelCloud } from '../support/model-cloud.ts';
import { keyChange } from '../support/records.ts';

describe('interrupted creation or deletion of a key', () => {
  let storage: InMemoryStorage;
  let engine: Engine;
  /** Asked before each write or deletion; may make it fail. */
  let before: (call: string) => void;
  beforeEach(async () => {
    storage = inMemoryStorage();
    before = () => undefined;
    engine = await startEngine({
      drivers: modelCloud().drivers,
      storage: {
        ...storage,
        put: async (entry) => {
          before(`put ${entry.key}`);
          await storage.put(entry);
        },
        delete: async (key) => {
          before(`delete ${key}`);
          await storage.delete(key);
        },
      },
    });
    await engine.tick();
  });
  const failAt = (call: string): void => {
    before = (made) => {
      if (made === call) throw new StorageError('the disk is gone');
    };
  };

  it.each(['put material/k/1', 'put key/k'])('a tick rolls back a creation that fails at "%s"', async (call) => {
    failAt(call);
    await expect(engine.write('key/k', AES)).rejects.toThrow('the disk is gone');
    before = () => undefined;
    await engine.tick(false);
    expect(storage.keys()).toEqual([]);
  });

  it.each(['put material/k/1', 'put key/k'])('a creation that fails at "%s" can be retried', async (call) => {
    failAt(call);
    await expect(engine.write('key/k', AES)).rejects.toThrow('the disk is gone');
    before = () => undefined;
    await engine.write('key/k', AES);
    expect(storage.keys()).toEqual(['key/k', 'material/k/1']);
  });

  it('a creation succeeds when only its key-change record cannot be deleted', async () => {
    failAt('delete key-change/k');
    await engine.write('key/k', AES);
    before = () => undefined;
    await engine.tick(false);
    expect(storage.keys()).toEqual(['key/k', 'material/k/1']);
  });

  it('a tick deletes no material of a key with more than one version', async () => {
    for (const version of [1, 2])
      await storage.put({
        key: `material/k/${version}`,
        value: Buffer.of(1, 2),
      });
    await storage.put(keyChange('k', 'creation'));
    const next = await startEngine({ storage, drivers: modelCloud().drivers });
    await next.tick(false);
    expect(storage.keys()).toEqual(['material/k/1', 'material/k/2']);
  });

  it.each(['delete key/k', 'delete material/k/1', 'delete material/k/2', 'delete key-change/k'])(
    'a tick finishes a deletion that fails at "%s", unless the key record still exists',
    async (call) => {
      await engine.write('key/k', { ...AES, deletion_allowed: true });
      await engine.write('key/k/rotate');
      failAt(call);
      await expect(engine.request('delete', 'key/k')).rejects.toThrow('the disk is gone');
      before = () => undefined;
      await engine.tick(false);
      const whole = ['key/k', 'material/k/1', 'material/k/2'];
      expect(storage.keys()).toEqual(call === 'delete key/k' ? whole : []);
    },
  );

  it('a deletion that cannot write its key-change record deletes nothing', async () => {
    await engine.write('key/k', { ...AES, deletion_allowed: true });
    failAt('put key-change/k');
    await expect(engine.request('delete', 'key/k')).rejects.toThrow('the disk is gone');
    expect(storage.keys()).toEqual(['key/k', 'material/k/1']);
  });

  it('an unreadable key-change record does not stop the others', async () => {
    await storage.put({ key: 'key-change/bad', value: Buffer.from('{}') });
    await storage.put(keyChange('k', 'deletion'));
    await storage.put({ key: 'material/k/1', value: Buffer.of(1, 2) });
    const next = await startEngine({ storage, drivers: modelCloud().drivers });
    await next.tick(false);
    expect(storage.keys()).toEqual(['key-change/bad']);
  });

  it('a creation that cannot write the key record leaves no material after a tick', async () => {
    failAt('put key/k');
    await expect(engine.write('key/k', AES)).rejects.toThrow('the disk is gone');
    expect(storage.keys()).toEqual(['key-change/k', 'material/k/1']);
    before = () => undefined;
    await engine.tick(false);
    expect(storage.keys()).toEqual([]);
  });
});

describe('DELETE key/:name while storage fails', () => {
  let storage: InMemoryStorage;
  let startWith: DistributedKey['start'];
  beforeEach(async () => {
    ({ storage, start: startWith } = await distributedKey({ distributed: false, fields: { deletion_allowed: true } }));
  });
  const start = (reached: Partial<Storage>): Promise<Engine> => startWith({ storage: { ...storage, ...reached } });

  it('a new key of the same name has none of the remaining material', async () => {
    let broken = false;
    const engine = await start({
      delete: async (key) => {
        if (broken && key.startsWith('material/')) throw new StorageError('the disk is gone');
        await storage.delete(key);
      },
    });
    await engine.write('key/k/rotate');
    await engine.tick(false);
    broken = true;
    await expect(engine.request('delete', 'key/k')).rejects.toThrow('the disk is gone');
    broken = false;
    await engine.write('key/k', AES);
    expect(storage.keys()).toEqual(['key/k', 'kms/aws', 'material/k/1']);
  });

  it('a retry after a lost answer leaves no material', async () => {
    let broken = true;
    const engine = await start({
      delete: async (key) => {
        await storage.delete(key);
        if (broken && key === 'key/k') throw new StorageError('the answer is lost');
      },
    });
    await engine.tick(false);
    await expect(engine.request('delete', 'key/k')).rejects.toThrow('the answer is lost');
    broken = false;
    await engine.request('delete', 'key/k');
    await engine.tick(false);
    expect(storage.keys()).toEqual(['kms/aws']);
  });
});

it('a later tick deletes material that DELETE key/:name could not delete', async () => {
  const storage = inMemoryStorage();
  let broken = false;
  const engine = await startEngine({
    drivers: modelCloud().drivers,
    storage: {
      ...storage,
      delete: async (key) => {
        if (broken && key.startsWith('material/')) throw new Error('the disk is gone');
        await storage.delete(key);
      },
    },
  });
  await writeKey(engine, { fields: { deletion_allowed: true } });
  await engine.tick(false);
  broken = true;
  await expect(engine.request('delete', 'key/k')).rejects.toThrow('the disk is gone');
  broken = false;
  await engine.tick(false);
  expect(storage.keys()).toEqual([]);
});
