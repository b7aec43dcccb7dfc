import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, lookUp, store } from '../../dev/servers/cached-binary.ts';
import { runCommand, works } from '../../dev/servers/run-command.ts';

/**
 * Prometheus itself, or its own judge of rules and metrics: from the PATH, the cache, or Debian's package, which is fetched
 * with apt-get once for each.
 *
 * @returns its path, or why it cannot be had
 */
export async function prometheusTool(
  file: 'prometheus' | 'promtool',
): Promise<{ readonly path: string } | { readonly missing: string }> {
  if (await works(file, ['--version'], process.env)) return { path: file };
  const binary = { name: `${file}-debian-${process.platform}-${process.arch}`, file };
  const cache = cacheFolder(process.env);
  const cached = await lookUp(cache, binary);
  if (cached !== undefined) return { path: cached };
  try {
    const path = await store(cache, binary, async (folder) => {
      const fetched = await runCommand('apt-get', ['download', 'prometheus'], { cwd: folder });
      const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'));
      if (archive === undefined) throw new Error(`apt-get: ${fetched.stderr.trim()}`);
      const unpacked = await runCommand('dpkg-deb', ['-x', archive, 'unpacked'], { cwd: folder });
      if (unpacked.code !== 0) throw new Error(`dpkg-deb: ${unpacked.stderr.trim()}`);
      return join(folder, 'unpacked/usr/bin', file);
    });
    return { path };
  } catch (error) {
    return { missing: `install Debian's package prometheus (${error instanceof Error ? error.message : ''})` };
  }
}
