import type { ListKeysCommandInput, ListKeysCommandOutput } from '@aws-sdk/client-kms';
import { ProviderError } from '../errors.ts';
import { pagesOf } from '../http/pages-of.ts';
import { isKeyId } from './ids.ts';

/** AWS KMS API Reference, ListKeys: `Marker`. */
const LONGEST_MARKER = 1_024;
/** KMS keys per batch; the callers read the tags of a batch concurrently. */
const BATCH = 8;

/**
 * Reads the pages of a list call.
 *
 * @throws {ProviderError} unavailable, if a marker repeats, is too long, or there are too many pages
 */
export async function* listPages<T extends { readonly NextMarker?: string | undefined }>(
  call: string,
  list: (marker: { readonly Marker?: string }) => Promise<T>,
): AsyncGenerator<T> {
  const endless = (): ProviderError =>
    new ProviderError('unavailable', `${call}: the pages of the answer do not end`, { call });
  const read = async (next: string | undefined): Promise<{ readonly page: T; readonly next: string | undefined }> => {
    if (next !== undefined && next.length > LONGEST_MARKER) throw endless();
    const page = await list(next === undefined ? {} : { Marker: next });
    return { page, next: page.NextMarker };
  };
  for await (const { page } of pagesOf(read, endless)) yield page;
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
  for await (const { Keys = [] } of listPages('ListKeys', (marker) => list({ Limit: 1000, ...marker }))) {
    const ids = Keys.flatMap(({ KeyId }) => (isKeyId(KeyId) ? KeyId : []));
    yield { ids: ids.slice(0, BATCH), unreadable: Keys.length - ids.length };
    for (let start = BATCH; start < ids.length; start += BATCH) {
      yield { ids: ids.slice(start, start + BATCH), unreadable: 0 };
    }
  }
}
