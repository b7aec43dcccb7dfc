import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder, lookUp, store, type CachedBinary } from '../../dev/servers/cached-binary.ts';

const CONTENT = 'a server';
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');
const PUBLISHED: CachedBinary = { name: 'bao-1', file: 'bao', sha256: SHA256 };
const COMPILED: CachedBinary = { name: 'vault-1', file: 'vault' };

async function make(folder: string): Promise<string> {
  const path = join(folder, 'made');
  await writeFile(path, CONTENT);
  return path;
}

describe('the cache of server binaries', () => {
  let cache = '';
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'cache-'));
  });
  afterEach(async () => {
    await rm(cache, { recursive: true });
  });

  it.each([PUBLISHED, COMPILED])('keeps $name, executable, and nothing else', async (binary) => {
    expect(await lookUp(cache, binary)).toBeUndefined();
    const path = await store(cache, binary, make);
    expect(await lookUp(cache, binary)).toBe(path);
    expect(await readFile(path, 'utf8')).toBe(CONTENT);
    expect((await stat(path)).mode & 0o777).toBe(0o755);
    expect(await readdir(cache)).toEqual([binary.name]);
  });

  it.each([PUBLISHED, COMPILED])('does not give out $name when it was changed, and replaces it', async (binary) => {
    const path = await store(cache, binary, make);
    await writeFile(path, 'something else');
    expect(await lookUp(cache, binary)).toBeUndefined();
    expect(await store(cache, binary, make)).toBe(path);
    expect(await readFile(path, 'utf8')).toBe(CONTENT);
    expect(await readdir(cache)).toEqual([binary.name]);
  });

  it('refuses what is not what was published, and leaves nothing of it', async () => {
    const other = { ...PUBLISHED, sha256: SHA256.replace(/^./, 'x') };
    await expect(store(cache, other, make)).rejects.toThrow(/not what was published/);
    expect(await readdir(cache)).toEqual([]);
  });

  it('leaves nothing of a failed making', async () => {
    const failing = store(cache, PUBLISHED, async (folder) => {
      await make(folder);
      throw new Error('no network');
    });
    await expect(failing).rejects.toThrow('no network');
    expect(await readdir(cache)).toEqual([]);
  });

  it('is filled by many at once', async () => {
    const paths = await Promise.all(Array.from({ length: 8 }, () => store(cache, COMPILED, make)));
    expect(new Set(paths).size).toBe(1);
    expect(await lookUp(cache, COMPILED)).toBe(paths[0]);
    expect(await readdir(cache)).toEqual([COMPILED.name]);
  });

  it("is where the user's other caches are", () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache/me' })).toBe('/var/cache/me/vault-plugin-secrets-keymgmt');
    expect(cacheFolder({})).toMatch(/\/\.cache\/vault-plugin-secrets-keymgmt$/);
  });
});
