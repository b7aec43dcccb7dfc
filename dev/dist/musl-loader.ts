import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, lookUp, store, type CachedBinary } from '../servers/cached-binary.ts';
import type { Progress } from '../servers/progress.ts';
import { works } from '../servers/run-command.ts';
import type { Architecture } from './pins.ts';
import { succeed } from './pinned-package.ts';

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
  return store(cache, entry, (folder) => download(arch, folder)).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`musl 1.2.4 or later, whose loader runs its Node.js here, is not installed; and ${reason}`);
  });
}

/** With a configuration of apt's own: neither root nor the system's lists are needed. */
async function download(arch: Architecture, folder: string): Promise<string> {
  for (const name of ['lists', 'cache/archives/partial', 'download']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  const sources = join(folder, 'sources.list');
  await writeFile(sources, `deb ${await mirror()} ${DEBIAN} main\n`);
  const options = [
    `Dir::Etc::SourceList=${sources}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  await succeed('apt-get', ['-qq', ...options, 'update'], process.env);
  const into = join(folder, 'download');
  await succeed('apt-get', ['-qq', ...options, 'download', 'musl'], process.env, into);
  const [name] = await readdir(into);
  if (name === undefined) throw new Error('apt-get reported success and downloaded nothing');
  await succeed('dpkg-deb', ['-x', join(into, name), join(folder, 'unpacked')], process.env);
  return join(folder, 'unpacked', `usr/lib/${MACHINE[arch]}-linux-musl/libc.so`);
}

/** Where the system's own packages come from. @throws {Error} on another system than Debian */
async function mirror(): Promise<string> {
  const format = ['--format', '$(REPO_URI)'];
  const list = await succeed(
    'apt-get',
    ['indextargets', ...format, 'Created-By: Packages', 'Origin: Debian', 'Label: Debian', 'Component: main'],
    process.env,
  );
  const [uri = ''] = list.split('\n');
  if (uri === '') throw new Error("this system's packages are not Debian's");
  return uri;
}
