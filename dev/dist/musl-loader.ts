import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, lookUp, store, type CachedBinary } from '../servers/cached-binary.ts';
import type { Progress } from '../servers/progress.ts';
import { works } from '../servers/run-command.ts';
import { debianPackage } from './debian-package.ts';
import type { Architecture } from './pins.ts';

const MACHINE: Readonly<Record<Architecture, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Where every system with musl has its loader, which is its C library too. */
export const loaderPath = (arch: Architecture): string => `/lib/ld-musl-${MACHINE[arch]}.so.1`;

/** The first Debian whose musl reads the short form of relocations that today's libraries have: 1.2.4 and later. */
const DEBIAN = 'trixie';

/**
 * Path of a loader of musl that runs a Node.js: the system's, or else Debian's in the cache. It runs Node.js while the
 * code cache is made, and is in no artefact.
 *
 * @param node - a Node.js for musl
 * @throws {Error} when there is none and apt cannot fetch it
 */
export async function muslLoader(arch: Architecture, node: string, progress: Progress): Promise<string> {
  const installed = loaderPath(arch);
  if (existsSync(installed) && (await works(installed, [node, '--version']))) return installed;
  const cache = cacheFolder(process.env);
  const entry: CachedBinary = { name: `musl-${DEBIAN}-${arch}`, file: 'ld-musl.so.1' };
  const cached = await lookUp(cache, entry);
  if (cached !== undefined) return cached;
  progress(`Fetching the loader of musl (a package of Debian ${DEBIAN}, once; kept in ${cache})`);
  return store(cache, entry, async (folder) => {
    return join(await debianPackage(DEBIAN, 'musl', folder), `usr/lib/${MACHINE[arch]}-linux-musl/libc.so`);
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`musl 1.2.4 or later, whose loader runs its Node.js here, is not installed; and ${reason}`);
  });
}
