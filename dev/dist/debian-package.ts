import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { succeed } from './pinned-package.ts';

/**
 * Fetches a package of a Debian from the mirror of this system's own packages, and unpacks it. The configuration of apt
 * is one of its own: neither root nor the system's lists are needed, and nothing is installed.
 *
 * @param suite - `trixie` say
 * @param folder - an empty folder, for the caller to remove
 * @returns the folder that holds the package's files
 * @throws {Error} when apt cannot fetch it, as on another system than Debian
 */
export async function debianPackage(suite: string, name: string, folder: string): Promise<string> {
  for (const part of ['lists', 'cache/archives/partial', 'download']) {
    await mkdir(join(folder, part), { recursive: true });
  }
  const sources = join(folder, 'sources.list');
  await writeFile(sources, `deb ${await debianMirror()} ${suite} main\n`);
  const options = [
    `Dir::Etc::SourceList=${sources}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  await succeed('apt-get', ['-qq', ...options, 'update'], process.env);
  const into = join(folder, 'download');
  await succeed('apt-get', ['-qq', ...options, 'download', name], process.env, into);
  const [file] = await readdir(into);
  if (file === undefined) throw new Error('apt-get reported success and downloaded nothing');
  const unpacked = join(folder, 'unpacked');
  await succeed('dpkg-deb', ['-x', join(into, file), unpacked], process.env);
  return unpacked;
}

/** Where the system's own packages come from. @throws {Error} on another system than Debian */
export async function debianMirror(): Promise<string> {
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
