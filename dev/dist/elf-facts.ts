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
  const read = (...options: readonly string[]): Promise<string> =>
    succeed('readelf', ['--wide', ...options, path], { PATH: process.env['PATH'], LC_ALL: 'C' });
  const [headers, dynamic, versions] = await Promise.all([
    read('--program-headers'),
    read('--dynamic'),
    read('--version-info'),
  ]);
  const [, interpreter = ''] = /program interpreter: ([^\]]+)\]/.exec(headers) ?? [];
  const libraries = [...dynamic.matchAll(/\(NEEDED\).*\[([^\]]+)\]/g)].map(([, name = '']) => name);
  // What it needs of others; the section before it says what it defines itself.
  const [, needed = ''] = /Version needs section[^]*?\n([^]*)/.exec(versions) ?? [];
  const symbols: Record<string, string> = {};
  for (const [, family = '', version = ''] of needed.matchAll(/Name: ([A-Z]+)_(\d[\d.]*)/g)) {
    const known = symbols[family];
    if (known === undefined || isNewer(version, known)) symbols[family] = version;
  }
  return { interpreter, libraries, symbols };
}

/** Compares dotted numbers. */
export function isNewer(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) > 0;
}
