import { chmodSync, closeSync, mkdtempSync, openSync, readSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundlePlugin as buildPlugin } from '../../../dev/build/bundle-plugin.ts';

/** A plugin as one executable file. */
export interface BundledPlugin {
  readonly path: string;
  remove(): Promise<void>;
}

/** Bundles an entry file of the tests as the real plugin is bundled: one file that finds nothing beside itself. */
export async function bundlePlugin(entry: URL): Promise<BundledPlugin> {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  const path = join(folder, 'plugin.mjs');
  const require = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile: path,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
    banner: { js: `#!/usr/bin/env node\n${require}` },
  });
  chmodSync(path, 0o755);
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * The executable that `PLUGIN_FILE` names, absolute; undefined where tests are of the script, be it built for them or named.
 * Node.js starts the script with options of a test, such as `--require`; the executable takes none.
 */
export function givenExecutable(): string | undefined {
  const file = process.env['PLUGIN_FILE'];
  if (file === undefined) return undefined;
  const head = Buffer.alloc(2);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, head);
  closeSync(descriptor);
  return head.toString() === '#!' ? undefined : resolve(file);
}

/**
 * For the titles of tests of the script alone: why they are skipped; empty where they are run.
 *
 * @param why - what an executable does not have or do: `takes no --require`
 */
export function skippedForExecutable(why: string): string {
  return givenExecutable() === undefined ? '' : ` (skipped: PLUGIN_FILE is an executable, which ${why})`;
}

/** The plugin that is shipped, built as it is shipped; or the file that `PLUGIN_FILE` names, such as one of dist/. */
export async function builtPlugin(): Promise<BundledPlugin> {
  const file = process.env['PLUGIN_FILE'];
  if (file !== undefined) return { path: resolve(file), remove: async () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'built-'));
  const path = join(folder, 'keymgmt');
  await buildPlugin(path);
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
