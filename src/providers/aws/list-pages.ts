import type { ListKeysCommandInput, ListKeysCommandOutput } from '@aws-sdk/client-kms';
import { ProviderError } from '../errors.ts';
import { isKeyId } from './ids.ts';

/** Far more than any account needs: 100,000 KMS keys take 100 pages. */
const MOST_PAGES = 1_000;
/** AWS KMS API Reference, ListKeys: `Marker`. */
const LONGEST_MARKER = 1_024;
/** KMS keys per batch; the callers read the tags of a batch concurrently. */
const BATCH = 8;

/**
 * Tracks the page markers of a list call. Returns the marker of the next page, or undefined after the last one.
 *
 * @throws {ProviderError} unavailable, if a marker repeats, is too long, or there are too many pages
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

/** A batch of the KMS keys of an account. */
export interface KeyBatch {
  readonly ids: readonly string[];
  /** Number of KMS keys on the page whose ID is invalid. */
  readonly unreadable: number;
}

/** Iterates over all KMS keys of an account (`ListKeys`) in batches. */
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
