/** Finds many patterns in a text in one pass. */
export interface PatternIndex<T> {
  /** Patterns shorter than {@link SHORTEST_PATTERN} are left out: they would be found everywhere. */
  add(pattern: string, meaning: T): void;
  /** Meanings of the patterns that occur in the text. */
  search(text: string): ReadonlySet<T>;
}

/** Characters that are hashed of each pattern, and of each place in a text. */
export const SHORTEST_PATTERN = 8;

const BASE = 0x01000193;
/** BASE to the power of SHORTEST_PATTERN - 1, modulo 2³²: the weight of the character that leaves the window. */
const LEAVING = Array.from({ length: SHORTEST_PATTERN - 1 }).reduce((power: number) => Math.imul(power, BASE), 1);

/**
 * Rabin and Karp's search (1987) over strings of one byte a character: with thousands of patterns and megabytes of logs,
 * one search for each would take minutes.
 */
export function patternIndex<T>(): PatternIndex<T> {
  const byHash = new Map<number, { readonly pattern: string; readonly meaning: T }[]>();
  // Most places of a text are told from all patterns by this alone.
  const known = new Uint8Array(1 << 14);
  return {
    add(pattern, meaning) {
      if (pattern.length < SHORTEST_PATTERN) return;
      const hash = firstHash(pattern);
      known[slot(hash)] = 1;
      const others = byHash.get(hash);
      if (others) others.push({ pattern, meaning });
      else byHash.set(hash, [{ pattern, meaning }]);
    },
    search(text) {
      const found = new Set<T>();
      if (text.length < SHORTEST_PATTERN) return found;
      let hash = firstHash(text);
      for (let at = 0; ; at++) {
        if (known[slot(hash)] === 1) {
          for (const { pattern, meaning } of byHash.get(hash) ?? []) {
            if (text.startsWith(pattern, at)) found.add(meaning);
          }
        }
        const next = at + SHORTEST_PATTERN;
        if (next >= text.length) return found;
        const rest = (hash - Math.imul(text.charCodeAt(at), LEAVING)) | 0;
        hash = (Math.imul(rest, BASE) + text.charCodeAt(next)) | 0;
      }
    },
  };
}

const slot = (hash: number): number => (hash ^ (hash >>> 16)) & 0x3fff;

function firstHash(text: string): number {
  let hash = 0;
  for (let at = 0; at < SHORTEST_PATTERN; at++) hash = (Math.imul(hash, BASE) + text.charCodeAt(at)) | 0;
  return hash;
}
