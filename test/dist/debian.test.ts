import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definedSymbols, elfFacts } from '../../dev/dist/elf-facts.ts';
import NEEDS from '../../dev/dist/needs.json' with { type: 'json' };
import { succeed } from '../../dev/dist/pinned-package.ts';
import { SERVER_IMAGES } from '../../dev/dist/server-images.ts';
import { debianRoot } from '../support/host/debian-root.ts';
import { builtExecutable } from '../support/host/executable.ts';
import { serveInRoot } from './serve-in-root.ts';

const executable = await builtExecutable('glibc');
const path = 'path' in executable ? executable.path : '';

const DEBIANS = [
  { name: 'Debian 12', suite: 'bookworm' },
  { name: 'Debian 13', suite: 'trixie' },
];

for (const { name, suite } of DEBIANS) {
  const tar = await debianRoot(suite);
  const reason = 'missing' in executable ? executable.missing : 'missing' in tar ? tar.missing : '';

  describe.skipIf(reason !== '')(`the single executable on a plain ${name}${reason && ` (skipped: ${reason})`}`, () => {
    let folder = '';
    let root = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(dirname(dirname(path)), '.root-'));
      root = join(folder, 'root');
      await mkdir(root);
      await succeed('tar', ['-xf', 'path' in tar ? tar.path : '', '--numeric-owner', '-C', root], process.env);
      await copyFile(path, join(root, 'plugin'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('serves a host', async () => {
      expect(await readdir(join(root, 'proc'))).toEqual([]);
      await serveInRoot(root);
      // Nothing stays mounted.
      expect(await readdir(join(root, 'proc'))).toEqual([]);
    });

    it('finds what docs/install.md says that it has, and not what a later Node.js needs besides', async () => {
      const libraries = await librariesOf(root);
      expect(NEEDS.glibc.libraries.filter((library) => !libraries.has(library))).toEqual([]);
      expect(libraries.has('libatomic.so.1')).toBe(false);
      const beside = ['libstdc++.so.6', 'libgcc_s.so.1'];
      let symbols = {};
      for (const library of ['libc.so.6', ...beside]) {
        const file = await inside(root, 'realpath', libraries.get(library) ?? '');
        symbols = { ...symbols, ...(await definedSymbols(join(root, file.trim()))) };
      }
      const image = SERVER_IMAGES.find((each) => each.name === name);
      expect(image).toMatchObject({ libc: 'glibc', libraries: beside, symbols });
      expect(Object.keys(image?.symbols ?? {}).sort()).toEqual(Object.keys(symbols).sort());
    });

    it('names the library that is missing', async () => {
      await inside(root, 'rm', (await librariesOf(root)).get('libstdc++.so.6') ?? '');
      await expect(serveInRoot(root)).rejects.toThrow('error while loading shared libraries: libstdc++.so.6');
    });

    it('is not found without the loader', async () => {
      await inside(root, 'rm', (await elfFacts(path)).interpreter);
      await expect(serveInRoot(root)).rejects.toThrow("failed to run command '/plugin': No such file or directory");
    });
  });
}

/** By their names, the paths of the libraries that the loader of a root file system finds. */
async function librariesOf(root: string): Promise<ReadonlyMap<string, string>> {
  const list = await inside(root, 'ldconfig', '-p');
  return new Map([...list.matchAll(/^\s+(\S+) \(.*\) => (\S+)$/gm)].map(([, name = '', file = '']) => [name, file]));
}

/** Commands of the root itself, whose links may lead out of it when they are followed from here. */
function inside(root: string, ...command: readonly string[]): Promise<string> {
  return succeed('chroot', [root, ...command], { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' });
}
