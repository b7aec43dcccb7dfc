import { succeed } from './pinned-package.ts';

/** What an ELF file wants of the system, as `readelf` tells it. */
export interface ElfFacts {
  /** Path of the loader. Where it is missing, starting the file fails with "no such file or directory". */
  readonly interpreter: string;
  /** The libraries that the loader must find. */
  readonly libraries: readonly string[];
  /** By the name of a family of symbols, the highest version: `{ GLIBC: '2.28' }`. */
  readonly symbols: Readonly<Record<string, string>>;
}

/** @throws {Error} where `readelf` of binutils is missing */
export async function elfFacts(path: string): Promise<ElfFacts> {
  const [headers, dynamic, versions] = await Promise.all([
    read(path, '--program-headers'),
    read(path, '--dynamic'),
    read(path, '--version-info'),
  ]);
  const [, interpreter = ''] = /program interpreter: ([^\]]+)\]/.exec(headers) ?? [];
  const libraries = [...dynamic.matchAll(/\(NEEDED\).*\[([^\]]+)\]/g)].map(([, name = '']) => name);
  // What it needs of others; the section before it says what it defines itself.
  const [, needed = ''] = /Version needs section[^]*?\n([^]*)/.exec(versions) ?? [];
  return { interpreter, libraries, symbols: highestVersions(needed) };
}

/**
 * What a library has for others: by the name of a family of symbols, the highest version.
 *
 * @throws {Error} where `readelf` of binutils is missing
 */
export async function definedSymbols(path: string): Promise<ElfFacts['symbols']> {
  const [, defined = ''] =
    /Version definition section[^]*?\n([^]*?)(?:\n\n|$)/.exec(await read(path, '--version-info')) ?? [];
  return highestVersions(defined);
}

function read(path: string, ...options: readonly string[]): Promise<string> {
  return succeed('readelf', ['--wide', ...options, path], { PATH: process.env['PATH'], LC_ALL: 'C' });
}

function highestVersions(names: string): ElfFacts['symbols'] {
  const highest: Record<string, string> = {};
  for (const [, family = '', version = ''] of names.matchAll(/Name: ([A-Z]+)_(\d[\d.]*)/g)) {
    const known = highest[family];
    if (known === undefined || isNewer(version, known)) highest[family] = version;
  }
  return highest;
}

/** Compares dotted numbers. */
export function isNewer(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) > 0;
}
