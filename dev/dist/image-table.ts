import { isNewer, type ElfFacts } from './elf-facts.ts';
import type { Libc } from './node-runtime.ts';
import NEEDS from './needs.json' with { type: 'json' };
import { SERVER_IMAGES, type ServerImage } from './server-images.ts';

/** What the C library brings itself, by the names that its libraries have on either. */
const OF_THE_C_LIBRARY = /^(libc|libm|libdl|libpthread|ld-linux-[\w-]+|libc\.musl-\w+)\.so\.\d+$/;

/** A table for people: per image the artefact to take, and what has to be added. */
export function imageTable(needs: Readonly<Record<Libc, ElfFacts>>, images: readonly ServerImage[]): string {
  const rows = images.map((image) => {
    const { libc, name, remedy } = image;
    const known = image.tested ? 'started there' : 'package lists';
    if (libc === undefined) return `| ${name} | none starts | ${remedy} | ${known} |`;
    const missing = whatIsMissing(needs[libc], image);
    return `| ${name} | ${libc} | ${missing.length === 0 ? 'nothing' : `${missing.join(', ')}: ${remedy}`} | ${known} |`;
  });
  return ['| server image | executable | to be added | known from |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The libraries, or newer versions of them, that an image lacks. */
export function whatIsMissing({ libraries, symbols }: ElfFacts, image: ServerImage): readonly string[] {
  const absent = libraries.filter((name) => !OF_THE_C_LIBRARY.test(name) && !image.libraries.includes(name));
  const old = Object.entries(symbols).filter(([family, version]) => {
    // Alpine's libraries come together, at the versions that they were built with.
    if (image.libc === 'musl') return false;
    const has = image.symbols[family];
    return has === undefined || isNewer(version, has);
  });
  return [...absent.map((name) => `\`${name}\``), ...old.map(([family, version]) => `${family} ${version}`)];
}

const MARKED = /(<!-- images:[^\n]*-->\n)[^]*?(<!-- \/images -->)/;

/** Puts the table of {@link SERVER_IMAGES} between the markers of a page. */
export function withImageTable(page: string): string {
  return page.replace(
    MARKED,
    (_all, begin: string, end: string) => `${begin}\n${imageTable(NEEDS, SERVER_IMAGES)}\n\n${end}`,
  );
}
