import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, lookUp, store } from '../../dev/servers/cached-binary.ts';
import { runCommand, works } from '../../dev/servers/run-command.ts';

const BINARY = { name: `promtool-debian-${process.platform}-${process.arch}`, file: 'promtool' };

/**
 * Prometheus' own judge of rules and metrics: from the PATH, the cache, or Debian's package, which is fetched with apt-get
 * once.
 *
 * @returns its path, or why it cannot be had
 */
export async function promtool(): Promise<{ readonly path: string } | { readonly missing: string }> {
  if (await works('promtool', ['--version'], process.env)) return { path: 'promtool' };
  const cache = cacheFolder(process.env);
  const cached = await lookUp(cache, BINARY);
  if (cached !== undefined) return { path: cached };
  try {
    const path = await store(cache, BINARY, async (folder) => {
      const fetched = await runCommand('apt-get', ['download', 'prometheus'], { cwd: folder });
      const file = (await readdir(folder)).find((name) => name.endsWith('.deb'));
      if (file === undefined) throw new Error(`apt-get: ${fetched.stderr.trim()}`);
      const unpacked = await runCommand('dpkg-deb', ['-x', file, 'unpacked'], { cwd: folder });
      if (unpacked.code !== 0) throw new Error(`dpkg-deb: ${unpacked.stderr.trim()}`);
      return join(folder, 'unpacked/usr/bin/promtool');
    });
    return { path };
  } catch (error) {
    return { missing: `install Debian's package prometheus (${error instanceof Error ? error.message : ''})` };
  }
}
