import { pagesOf } from '../http/pages-of.ts';
import { CONSISTENT, type Retry, type RetryDependencies } from '../http/retry.ts';
import type { CryptoKey, CryptoKeyVersion, Page } from './answers.ts';
import type { Calls } from './calls.ts';
import { unusable } from './unusable-answer.ts';

/** Less than the 60 seconds after which Vault's clients give up: each page of a slow list may be in time, and the list not. */
export const LIST_MS = 30_000;

/** What listing takes. */
export interface Listing extends Pick<RetryDependencies, 'clock'> {
  readonly calls: Calls;
  readonly retry: Retry;
  readonly signal: AbortSignal;
}

/** All versions of a CryptoKey, those that are destroyed too. @throws {ProviderError} not_found for a key that is not there */
export async function allVersions(listing: Listing, key: string): Promise<readonly CryptoKeyVersion[]> {
  const { calls, retry, signal } = listing;
  const call = 'cryptoKeyVersions.list';
  const all = await everything(call, listing, (next) => retry(CONSISTENT, () => calls.listVersions(key, next, signal)));
  if (new Set(all.map(({ number }) => number)).size < all.length) {
    throw unusable(call, 'the answer has a CryptoKeyVersion twice');
  }
  return all;
}

/** All CryptoKeys of the key ring. */
export async function allKeys(listing: Listing): Promise<readonly CryptoKey[]> {
  const { calls, retry, signal } = listing;
  return everything('cryptoKeys.list', listing, (next) => retry(CONSISTENT, () => calls.listKeys(next, signal)));
}

async function everything<T>(
  call: string,
  { clock }: Pick<Listing, 'clock'>,
  page: (next: string | undefined) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const end = clock.monotonic() + LIST_MS;
  const inTime = async (next: string | undefined): Promise<Page<T>> => {
    if (next !== undefined && clock.monotonic() >= end) {
      throw unusable(call, `the answer takes more than ${LIST_MS / 1_000} s`);
    }
    return page(next);
  };
  const items: T[] = [];
  for await (const found of pagesOf(inTime, () => unusable(call, 'the pages of the answer do not end'))) {
    // What cannot be read may be what is looked for.
    if (found.unreadable > 0) throw unusable(call, 'the answer has names of another key ring');
    items.push(...found.items);
  }
  return items;
}
