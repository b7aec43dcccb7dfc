import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { MOUNT, type Release } from './release.ts';

/** The last commit before the storage format was published. */
export const FIRST_FORMAT = '1eea13d';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** An engine built from a commit, and the folder that it is in. */
export interface BuiltRelease {
  readonly release: Release;
  discard(): Promise<void>;
}

/** Tells whether this working tree has the commit: a shallow clone, or an archive, has not. */
export async function hasCommit(commit: string): Promise<boolean> {
  return run('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: ROOT }).then(
    () => true,
    () => false,
  );
}

/**
 * Builds the engine of {@link FIRST_FORMAT} in a temporary folder, with the dependencies of this working tree. Nothing
 * of the present engine goes into it.
 */
export async function buildFirstFormat(): Promise<BuiltRelease> {
  const folder = await mkdtemp(join(tmpdir(), 'keymgmt-old-release-'));
  const archive = join(folder, 'source.tar');
  await run('git', ['archive', '-o', archive, FIRST_FORMAT, 'src', 'package.json'], { cwd: ROOT });
  await run('tar', ['-x', '-f', archive], { cwd: folder });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const bundle = join(folder, 'engine.mjs');
  await build({
    stdin: { contents: ENTRY, resolveDir: folder, loader: 'ts' },
    absWorkingDir: folder,
    outfile: bundle,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  const engine = (await import(/* @vite-ignore */ pathToFileURL(bundle).href)) as { readonly start: Release };
  return {
    release: async (surroundings) => engine.start(surroundings),
    discard: () => rm(folder, { recursive: true }),
  };
}

/** As test/support/engine.ts of that commit starts it. */
const ENTRY = `
import { randomUUID } from 'node:crypto';
import { generateKey } from './src/crypto/generate-key.ts';
import { keymgmtFactory } from './src/keymgmt/backend.ts';
import { mountInMemory } from './src/logical/index.ts';
import { awsDriver } from './src/providers/aws/driver.ts';
import { azureDriver } from './src/providers/azure/driver.ts';
import { gcpDriver } from './src/providers/gcp/driver.ts';

export async function start({ storage, env, clock, retry }) {
  const drivers = { awskms: awsDriver({ env, retry }), azurekeyvault: azureDriver(), gcpckms: gcpDriver() };
  const factory = keymgmtFactory({ drivers, generateKey, newAttempt: randomUUID, clock });
  const mount = await mountInMemory(factory, { storage, backendUUID: '${MOUNT}' });
  return {
    ...mount,
    read: async (path) => (await mount.request('read', path))?.data,
    tick: async (immediate = true) => {
      await mount.request('rollback', '', immediate ? { immediate: true } : {});
    },
  };
}
`;
