import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundlePlugin, bundleSource } from '../build/bundle-plugin.ts';
import type { Progress } from '../servers/progress.ts';
import {
  executableArtefact,
  executableName,
  imageArtefact,
  imageName,
  SCRIPT_NAME,
  scriptArtefact,
  type Artefact,
  type ImageArtefact,
} from './artefact.ts';
import { describeArtefacts } from './describe-artefacts.ts';
import { nodeRuntime, type Libc } from './node-runtime.ts';
import { makeImage } from './oci-image.ts';
import { thisArchitecture } from './pins.ts';
import { shippedPackages } from './shipped-packages.ts';
import { checkExecutable, makeExecutable } from './single-executable.ts';
import { sourceCommit } from './source-commit.ts';

/**
 * Builds everything that a release consists of into a folder, for this machine's processor.
 *
 * @returns the artefacts that a server can start
 * @throws {Error} when something cannot be had or made
 */
export async function buildAll(folder: string, progress: Progress): Promise<readonly Artefact[]> {
  const arch = thisArchitecture();
  await clear(folder);
  await mkdir(folder, { recursive: true });
  const scratch = await mkdtemp(join(folder, '.build-'));
  try {
    await bundlePlugin(join(folder, SCRIPT_NAME));
    const artefacts = [await scriptArtefact(folder)];
    const { contents, shipped } = await bundleSource();
    const source = await sourceCommit();
    const runtimes = [];
    const images: ImageArtefact[] = [];
    for (const libc of ['glibc', 'musl'] satisfies Libc[]) {
      const name = executableName(libc, arch);
      progress(`Building ${name}`);
      const runtime = await nodeRuntime(libc, arch, join(scratch, libc), progress);
      runtimes.push(runtime);
      await makeExecutable(contents, runtime, join(folder, name), join(scratch, `${libc}-executable`));
      if (libc === 'glibc') await checkExecutable([join(folder, name)]);
      artefacts.push(await executableArtefact(folder, runtime, arch));
      const parts = { executable: join(folder, name), arch, source };
      const digest = await makeImage(parts, join(folder, imageName(libc, arch)), join(scratch, `${libc}-image`));
      images.push(await imageArtefact(folder, libc, arch, digest));
    }
    const packages = await shippedPackages(shipped);
    await describeArtefacts(folder, { arch, source, artefacts, images, packages, runtimes });
    return artefacts;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Removes what an earlier build has put there, by its own list, and nothing else. */
async function clear(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'SHA256SUMS'), 'utf8').catch(() => '');
  const names = list.split('\n').flatMap((line) => /^[0-9a-f]{64} {2}([\w.-]+)$/.exec(line)?.[1] ?? []);
  for (const name of [...names, 'SHA256SUMS']) await rm(join(folder, name), { force: true });
}
