import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One npm package that is in the bundle. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  /** The texts of its licence and notice, in the order of their files' names. */
  readonly texts: readonly string[];
  /** SHA-512 of the package as it is published, hex, by the lock file. */
  readonly sha512: string;
}

/**
 * Finds the packages that the files of a bundle belong to, in the order of their names.
 *
 * @param files - from the project's folder
 * @throws {Error} where a package names no licence, or is not in the lock file
 */
export async function shippedPackages(files: readonly string[]): Promise<readonly ShippedPackage[]> {
  const folders = new Set(files.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []));
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
  };
  const found = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8')) as {
      readonly name: string;
      readonly version: string;
      readonly license?: string;
    };
    const [, digest] = /^sha512-(\S+)$/.exec(packages[folder]?.integrity ?? '') ?? [];
    if (license === undefined) throw new Error(`${folder}/package.json names no licence`);
    if (digest === undefined) throw new Error(`${folder} has no SHA-512 in package-lock.json`);
    const sha512 = Buffer.from(digest, 'base64').toString('hex');
    found.push({ name, version, licence: license, texts: await licenceTexts(join(ROOT, folder)), sha512 });
  }
  return found;
}

async function licenceTexts(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}
