import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { debianMirror, debianPackage } from '../../../dev/dist/debian-package.ts';
import { thisArchitecture } from '../../../dev/dist/pins.ts';
import { succeed } from '../../../dev/dist/pinned-package.ts';
import { cacheFolder, lookUp, store, type CachedBinary } from '../../../dev/servers/cached-binary.ts';
import { stderrProgress } from '../../../dev/servers/progress.ts';
import { works } from '../../../dev/servers/run-command.ts';
import { MAY_CHROOT } from './chroot.ts';

/** What is not needed to start a program, and is the larger part. */
const LEFT_OUT = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'var/cache', 'var/lib/apt', 'var/log'];

/** A minute or two are usual. */
const LIMIT_S = 600;

/**
 * A tar file with the root file system of a plain Debian: its essential packages and apt, as debootstrap puts them
 * together; in the cache, made the first time it is asked for.
 *
 * @param suite - `bookworm` say
 * @returns its path, or why this machine cannot have it
 */
export async function debianRoot(suite: string): Promise<{ readonly path: string } | { readonly missing: string }> {
  try {
    if (!MAY_CHROOT) return { missing: 'only root may mount and change its root' };
    const cache = cacheFolder(process.env);
    const entry: CachedBinary = { name: `debian-${suite}-${thisArchitecture()}`, file: 'root.tar' };
    const cached = await lookUp(cache, entry);
    if (cached !== undefined) return { path: cached };
    stderrProgress(`Putting a Debian ${suite} together (once; kept in ${cache})`);
    return { path: await store(cache, entry, (folder) => bootstrap(suite, folder)) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { missing: `no Debian ${suite}: ${text.replace(/\n[^]*\n/, ' ')}` };
  }
}

async function bootstrap(suite: string, folder: string): Promise<string> {
  const root = join(folder, 'root');
  const mirror = await debianMirror();
  const { command, env } = await debootstrap(suite, join(folder, 'debootstrap'));
  // What it mounts is gone with the namespace, whatever becomes of it.
  const args = [String(LIMIT_S), 'unshare', '--mount', command, '--variant=minbase', suite, root, mirror];
  await succeed('timeout', args, { ...process.env, ...env });
  for (const name of LEFT_OUT) await rm(join(root, name), { recursive: true, force: true });
  const file = join(folder, 'root.tar');
  await succeed('tar', ['-cf', file, '--numeric-owner', '--exclude=./dev/*', '-C', root, '.'], process.env);
  return file;
}

/** The system's, or else that of the package, which is not installed for it. */
async function debootstrap(suite: string, folder: string): Promise<{ command: string; env: NodeJS.ProcessEnv }> {
  if (await works('debootstrap', ['--version'])) return { command: 'debootstrap', env: {} };
  await mkdir(folder);
  const unpacked = await debianPackage(suite, 'debootstrap', folder);
  const env = { DEBOOTSTRAP_DIR: join(unpacked, 'usr/share/debootstrap') };
  return { command: join(unpacked, 'usr/sbin/debootstrap'), env };
}
