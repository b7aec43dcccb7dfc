import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleSource } from '../../../dev/build/bundle-plugin.ts';
import { EXEC_ARGV } from '../../../dev/dist/exec-argv.ts';
import { nodeRuntime, type Libc } from '../../../dev/dist/node-runtime.ts';
import { pinnedPackage } from '../../../dev/dist/pinned-package.ts';
import { GLIBC_NODE, MUSL_NODE, PATCHELF, thisArchitecture } from '../../../dev/dist/pins.ts';
import { makeExecutable } from '../../../dev/dist/single-executable.ts';
import { lookUp, store } from '../../../dev/servers/cached-binary.ts';
import { stderrProgress } from '../../../dev/servers/progress.ts';
import { works } from '../../../dev/servers/run-command.ts';

/** In the project's folder, as the executables follow its sources; git ignores it. */
const FOLDER = fileURLToPath(new URL('../../../dist/for-tests', import.meta.url));

/**
 * The single executable, built as it is shipped, once for the same sources; test files that ask at the same time may
 * each build it.
 *
 * @returns its path, or why this machine cannot build it
 */
export async function builtExecutable(libc: Libc): Promise<{ readonly path: string } | { readonly missing: string }> {
  const missing = await whatIsMissing(libc);
  return missing === undefined ? { path: await build(libc) } : { missing };
}

/** Fetches what the build takes, so that only this is a reason to skip a test: a build that fails is a failure. */
async function whatIsMissing(libc: Libc): Promise<string | undefined> {
  try {
    const arch = thisArchitecture();
    if (!(await works('strip', ['--version']))) return 'strip, of binutils, is not installed';
    const pins = libc === 'glibc' ? [GLIBC_NODE[arch]] : [MUSL_NODE[arch], PATCHELF[arch]];
    for (const pin of pins) await pinnedPackage(pin, process.env, stderrProgress);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function build(libc: Libc): Promise<string> {
  const arch = thisArchitecture();
  const { contents } = await bundleSource();
  const { sha256 } = (libc === 'glibc' ? GLIBC_NODE : MUSL_NODE)[arch];
  const hash = createHash('sha256').update(sha256).update(EXEC_ARGV.join(' ')).update(contents).digest('hex');
  // By its name server and tests tell the plugin's processes apart.
  const entry = { name: `${libc}-${hash.slice(0, 16)}`, file: 'vault-plugin-secrets-keymgmt' };
  const built = await lookUp(FOLDER, entry);
  if (built !== undefined) return built;
  await mkdir(FOLDER, { recursive: true });
  for (const name of await readdir(FOLDER)) {
    if (name.startsWith(`${libc}-`)) await rm(join(FOLDER, name), { recursive: true, force: true });
  }
  const scratch = await mkdtemp(join(FOLDER, '.build-'));
  try {
    return await store(FOLDER, entry, async (folder) => {
      const runtime = await nodeRuntime(libc, arch, join(scratch, 'node'), stderrProgress);
      await makeExecutable(contents, runtime, join(folder, entry.file), join(scratch, 'executable'));
      return join(folder, entry.file);
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
