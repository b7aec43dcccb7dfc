import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StorageError } from '../../src/logical/index.ts';
import { fileStorage } from './file-storage.ts';

describe('the storage in a file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'storage-'));
    file = join(folder, 'journal');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const record = (key: string, text: string): { key: string; value: Buffer } => ({ key, value: Buffer.from(text) });

  it('gives what was put to the next that opens the file, also when nobody closed it', async () => {
    const first = await fileStorage(file);
    await first.put({ ...record('a/1', 'one\n\0'), sealWrap: true });
    await first.put(record('a/2', 'two'));
    await first.put(record('a/2', 'three'));
    await first.put(record('b', 'gone'));
    await first.delete('b');
    const next = await fileStorage(file);
    expect(await next.get('a/1')).toEqual({ ...record('a/1', 'one\n\0'), sealWrap: true });
    expect(await next.get('a/2')).toEqual(record('a/2', 'three'));
    expect(await next.list('')).toEqual(['a/']);
    expect(next.keys()).toEqual(['a/1', 'a/2']);
    await Promise.all([first.close(), next.close()]);
  });

  it('has in the file what it has answered, in order, and nothing of the caller’s buffer after that', async () => {
    const storage = await fileStorage(file);
    const value = Buffer.from('one');
    const puts = [storage.put({ key: 'k', value }), storage.put(record('k', 'two')), storage.delete('k')];
    value.fill(0);
    await Promise.all(puts);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { put: 'k', value: 'b25l' },
      { put: 'k', value: 'dHdv' },
      { delete: 'k' },
    ]);
    await storage.close();
  });

  it('forgets a write that was torn, and goes on after it', async () => {
    const first = await fileStorage(file);
    await first.put(record('k', 'ünlike'));
    await first.close();
    await appendFile(file, '{"put":"k","val');
    const second = await fileStorage(file);
    await second.put(record('l', 'next'));
    await second.close();
    const third = await fileStorage(file);
    expect(await third.get('k')).toEqual(record('k', 'ünlike'));
    expect(await third.get('l')).toEqual(record('l', 'next'));
    await third.close();
  });

  it('refuses what a server refuses, and goes on', async () => {
    const storage = await fileStorage(file);
    await expect(storage.put(record('../k', 'x'))).rejects.toThrow(StorageError);
    await storage.put(record('k', 'x'));
    await storage.close();
    const next = await fileStorage(file);
    expect(next.keys()).toEqual(['k']);
    await next.close();
  });
});
