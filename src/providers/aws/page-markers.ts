import { ProviderError } from '../errors.ts';

/** Far more than any account has: 100,000 keys come in 100 pages. */
const MOST_PAGES = 1_000;
/** AWS KMS API Reference, ListKeys: `Marker`. */
const LONGEST_MARKER = 1_024;

/**
 * Follows the pages of a list, which have to end: gives the marker of the next page, or undefined behind the last one.
 *
 * @throws {ProviderError} where a page comes twice, or there are too many
 */
export function pageMarkers(call: string): (next: string | undefined) => string | undefined {
  const seen = new Set<string>();
  return (next) => {
    if (next === undefined) return undefined;
    if (seen.has(next) || seen.size >= MOST_PAGES || next.length > LONGEST_MARKER) {
      throw new ProviderError('unavailable', `${call}: the pages of the answer do not end`, { call });
    }
    seen.add(next);
    return next;
  };
}
