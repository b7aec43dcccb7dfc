import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The user's cache for what is downloaded or compiled once. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(base, 'vault-plugin-secrets-keymgmt');
}

/** One binary in the cache. */
export interface CachedBinary {
  /** Its folder's name, `bao-2.7.2-linux-x64` say. */
  readonly name: string;
  /** The file's name, `bao` say. */
  readonly file: string;
  /** SHA-256 that it must have, hex; undefined for one compiled here, whose hash is kept beside it. */
  readonly sha256?: string | undefined;
}

/** Path of a binary that is in the cache and is what was put there; undefined where it is missing or damaged. */
export async function lookUp(cache: string, binary: CachedBinary): Promise<string | undefined> {
  const path = join(cache, binary.name, binary.file);
  try {
    const expected = binary.sha256 ?? (await readFile(`${path}.sha256`, 'utf8')).trim();
    return (await sha256OfFile(path)) === expected ? path : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Puts a binary in the cache: `make` gets an empty folder and returns the path of what it made there. The finished
 * folder appears under its name in one step, so two processes may do this at once.
 *
 * @throws {Error} what `make` throws, and when the binary does not have its hash; the cache is then as before
 */
export async function store(
  cache: string,
  binary: CachedBinary,
  make: (folder: string) => Promise<string>,
): Promise<string> {
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(join(cache, `.${binary.name}-`));
  try {
    const made = await make(scratch);
    const hash = await sha256OfFile(made);
    if (binary.sha256 !== undefined && hash !== binary.sha256) {
      throw new Error(`${binary.file} has SHA-256 ${hash} and not ${binary.sha256}: it is not what was published`);
    }
    const finished = join(scratch, 'finished');
    await mkdir(finished);
    await chmod(made, 0o755);
    await rename(made, join(finished, binary.file));
    await writeFile(join(finished, `${binary.file}.sha256`), `${hash}\n`);
    return await publish(cache, binary, finished);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

// A folder cannot be renamed over one that is not empty: then another process was faster, and its binary is as good as
// ours; or what is there is damaged, and steps aside. A good one is never moved away from under those that start it.
async function publish(cache: string, binary: CachedBinary, finished: string): Promise<string> {
  const target = join(cache, binary.name);
  for (let attempt = 0; ; attempt += 1) {
    try {
      await rename(finished, target);
      return join(target, binary.file);
    } catch (error) {
      const present = await lookUp(cache, binary);
      if (present !== undefined) return present;
      if (attempt === 5) throw error;
    }
    await rename(target, `${finished}-damaged-${attempt}`).catch(() => undefined);
  }
}

/** SHA-256 of a file's bytes, hex. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
