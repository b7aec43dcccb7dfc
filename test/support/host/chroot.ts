import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostOptions } from './start-host.ts';

/** Whether this process may mount in a namespace of its own and change its root, as root may. */
export const MAY_CHROOT = spawnSync('unshare', ['--mount', 'chroot', '/', '/bin/sh', '-c', 'exit 0']).status === 0;

/**
 * How a host starts the plugin with another root. The folder of temporary files, with the sockets of both, has its usual
 * path there.
 *
 * @param root - a root file system that holds `/plugin`; nothing stays mounted in it
 */
export async function inChroot(root: string): Promise<Pick<HostOptions, 'command' | 'args'>> {
  await mkdir(join(root, tmpdir()), { recursive: true });
  await mkdir(join(root, 'proc'), { recursive: true });
  const script = 'mount --bind "$1" "$0$1" && mount -t proc proc "$0/proc" && exec chroot "$0" /plugin';
  return { command: 'unshare', args: ['--mount', '/bin/sh', '-c', script, root, tmpdir()] };
}
