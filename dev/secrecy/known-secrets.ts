import { encodings } from './encodings.ts';
import { patternIndex } from './pattern-index.ts';
import { secretParts } from './secret-parts.ts';
import { squeeze } from './squeeze.ts';

/** A secret that was seen. */
export interface Leak {
  readonly what: string;
  readonly where: string;
  /** The encoding, with the part of a private key. */
  readonly as: string;
}

/** Something that was printed, answered or written. */
export interface Seen {
  readonly where: string;
  readonly text: string | Uint8Array;
}

/** What must never be seen. */
export interface KnownSecrets {
  /**
   * Adds key material (raw, or a PKCS#8 DER), or a credential (as UTF-8). Less than eight bytes cannot be told from
   * chance, and are not searched for.
   */
  add(what: string, bytes: Uint8Array): void;
  /** Where secrets were seen, in any encoding and even in part. */
  leaksIn(seen: readonly Seen[]): readonly Leak[];
}

type Meaning = Omit<Leak, 'where'>;

/** Makes an empty set of secrets; the header of a private key in PEM is a leak whosever key it is. */
export function knownSecrets(): KnownSecrets {
  const patterns = patternIndex<Meaning>();
  const added = new Set<string>();
  patterns.add(squeeze('PRIVATE KEY-----'), { what: 'a private key', as: 'PEM' });
  return {
    add(what, given) {
      const bytes = Buffer.from(given);
      const id = bytes.toString('latin1');
      if (added.has(id)) return;
      added.add(id);
      for (const part of secretParts(bytes)) {
        const named = (as: string): Meaning => ({ what, as: part.name === '' ? as : `${part.name} in ${as}` });
        for (const { as, text } of encodings(part.bytes)) patterns.add(text, named(as));
      }
    },
    leaksIn(seen) {
      const leaks = new Map<string, Leak>();
      for (const { where, text } of seen) {
        const bytes = Buffer.from(text).toString('latin1');
        for (const layer of [bytes, withinBase64(bytes)]) {
          for (const meaning of patterns.search(squeeze(layer))) {
            const leak = { ...meaning, where };
            leaks.set(JSON.stringify(leak), leak);
          }
        }
      }
      return [...leaks.values()];
    },
  };
}

// What is encoded twice, PEM or JSON in base64 say, as base64 alone is found without this.
function withinBase64(text: string): string {
  const runs = text.match(/[A-Za-z0-9+/_-]{24,}/g) ?? [];
  return runs.map((run) => Buffer.from(run, 'base64').toString('latin1')).join(' ');
}

/** @throws {Error} that names the leaks, if there are any; it does not quote them */
export function refuseLeaks(leaks: readonly Leak[]): void {
  if (leaks.length === 0) return;
  throw new Error(
    `secrets were seen: ${leaks.map(({ what, where, as }) => `${what} in ${where} as ${as}`).join('; ')}`,
  );
}
