import type { ListKeysCommandInput, ListKeysCommandOutput } from '@aws-sdk/client-kms';
import { ProviderError } from '../errors.ts';
import { isKeyId } from './ids.ts';

/** Far more than any account has: 100,000 keys come in 100 pages. */
const MOST_PAGES = 1_000;
/** AWS KMS API Reference, ListKeys: `Marker`. */
const LONGEST_MARKER = 1_024;
/** How many KMS keys are asked about at the same time. */
const BATCH = 8;

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

/** Some of the KMS keys of an account. */
export interface KeyBatch {
  readonly ids: readonly string[];
  /** How many more the page lists of which no id can be read. */
  readonly unreadable: number;
}

/** Goes through all KMS keys of an account (`ListKeys`), a few at a time. */
export async function* keyBatches(
  list: (input: ListKeysCommandInput) => Promise<ListKeysCommandOutput>,
): AsyncGenerator<KeyBatch> {
  const following = pageMarkers('ListKeys');
  let Marker: string | undefined;
  do {
    const { Keys = [], NextMarker } = await list({ Limit: 1000, ...(Marker === undefined ? {} : { Marker }) });
    const ids = Keys.flatMap(({ KeyId }) => (isKeyId(KeyId) ? KeyId : []));
    yield { ids: ids.slice(0, BATCH), unreadable: Keys.length - ids.length };
    for (let start = BATCH; start < ids.length; start += BATCH) {
      yield { ids: ids.slice(start, start + BATCH), unreadable: 0 };
    }
    Marker = following(NextMarker);
  } while (Marker !== undefined);
}
