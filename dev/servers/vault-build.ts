import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, lookUp, store, type CachedBinary } from './cached-binary.ts';
import type { Progress } from './progress.ts';
import { releasedVersions } from './releases.ts';
import { mixSdk, type MixedSdk } from './mixed-sdk.ts';
import { runCommand, works, type RunOptions } from './run-command.ts';

/** The Vault that is compiled unless another one is asked for. */
export const DEFAULT_VAULT = '1.21.1';

const RECIPES = fileURLToPath(new URL('../vault-build', import.meta.url));

/** Their dependencies reach into Go's own runtime by name, which Go's linker refuses by now unless it is told. */
const USES_LINKNAME: readonly string[] = ['1.11.0', '1.14.2'];

/**
 * Vault 1.14.2 was made with a state of the SDK that has no version: it needs what v0.9.2 brought, and its own system
 * backend has a path with a create operation and no existence check, at which the framework of v0.9.2 panics.
 */
const MIXED_SDK: Readonly<Record<string, MixedSdk>> = {
  '1.14.2': { version: 'v0.9.2', file: 'framework/backend.go', fileVersion: 'v0.9.1' },
};

/** Path of a Vault that was compiled before; undefined where there is none. */
export async function compiledVault(env: NodeJS.ProcessEnv, version = DEFAULT_VAULT): Promise<string | undefined> {
  return lookUp(cacheFolder(env), cacheEntry(version));
}

/** Whether this machine can compile Vault. */
export const canCompileVault = (): Promise<boolean> => works('go', ['version']);

/**
 * Compiles HashiCorp Vault from its published modules, whose checksums are in the recipe's go.sum, and returns the
 * binary's path in the cache; at once where it is there already.
 *
 * @throws {Error} for a version without a recipe, without Go, and when the build fails
 */
export async function compileVault(
  env: NodeJS.ProcessEnv,
  progress: Progress,
  version = DEFAULT_VAULT,
): Promise<string> {
  const versions = releasedVersions('vault');
  if (!versions.includes(version)) {
    throw new Error(`there is no recipe for Vault ${version}: known are ${versions.join(', ')}`);
  }
  const cached = await compiledVault(env, version);
  if (cached !== undefined) return cached;
  if (!(await canCompileVault())) throw new Error('Go, which compiles Vault, is not installed (https://go.dev/dl)');
  const entry = cacheEntry(version);
  return store(cacheFolder(env), entry, async (folder) => {
    await copyFile(join(RECIPES, 'main.go'), join(folder, 'main.go'));
    for (const file of ['go.mod', 'go.sum']) await copyFile(join(RECIPES, version, file), join(folder, file));
    const mixed = MIXED_SDK[version];
    if (mixed) await mixSdk(folder, mixed, goOptions(folder, env));
    const linker = ['-s', '-w', ...(USES_LINKNAME.includes(version) ? ['-checklinkname=0'] : [])].join(' ');
    const build = ['build', '-v', '-buildvcs=false', `-ldflags=${linker}`, '-o', entry.file, '.'];
    await goBuild(folder, build, env, (message) => {
      progress(`Vault ${version}: ${message}`);
    });
    return join(folder, entry.file);
  });
}

function cacheEntry(version: string): CachedBinary {
  return { name: `vault-${version}-${process.platform}-${process.arch}`, file: 'vault' };
}

// A workspace or flags of the user's must not change what is built.
function goOptions(folder: string, env: NodeJS.ProcessEnv): RunOptions {
  return { cwd: folder, env: { ...env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' } };
}

async function goBuild(
  folder: string,
  build: readonly string[],
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<void> {
  const options = goOptions(folder, env);
  // With -v each package is named when it is compiled, but for those that Go's own cache has.
  const state = { fetched: 0, compiled: 0, of: 0 };
  const go = async (args: readonly string[], count: 'fetched' | 'compiled'): Promise<string> => {
    const onStderr = (text: string): void => {
      state[count] += text.split('\n').length - 1;
    };
    const { code, stdout, stderr } = await runCommand('go', args, { ...options, onStderr });
    if (code !== 0) throw new Error(`go ${args[0] ?? ''} failed:\n${withoutPackages(stderr).slice(-4000)}`);
    return stdout;
  };
  const ticker = setInterval(() => {
    const { fetched, compiled, of } = state;
    progress(of === 0 ? `${fetched} modules fetched` : `${compiled} of at most ${of} packages compiled`);
  }, 20_000);
  try {
    progress('fetching its modules (about 1 GB, once)');
    state.of = (await go(['list', '-deps', '.'], 'fetched')).trim().split('\n').length;
    progress(`compiling up to ${state.of} packages (about ten minutes on two cores, once)`);
    await go(build, 'compiled');
    progress('compiled');
  } finally {
    clearInterval(ticker);
  }
}

// What -v prints is a package a line; errors have blanks.
function withoutPackages(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => line.includes(' '))
    .join('\n');
}
