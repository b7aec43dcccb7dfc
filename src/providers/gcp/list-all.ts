import { ProviderError } from '../errors.ts';
import { CONSISTENT, type Retry } from '../http/retry.ts';
import type { CryptoKey, CryptoKeyVersion, Page } from './answers.ts';
import type { Calls } from './calls.ts';

/** Far more than any key has versions, or a key ring keys, at 500 a page. */
const MOST_PAGES = 1_000;

/** All versions of a CryptoKey, those that are destroyed too. @throws {ProviderError} not_found for a key that is not there */
export async function allVersions(
  calls: Calls,
  key: string,
  retry: Retry,
  signal: AbortSignal,
): Promise<readonly CryptoKeyVersion[]> {
  return all('cryptoKeyVersions.list', (next) => retry(CONSISTENT, () => calls.listVersions(key, next, signal)));
}

/** All CryptoKeys of the key ring. */
export async function allKeys(calls: Calls, retry: Retry, signal: AbortSignal): Promise<readonly CryptoKey[]> {
  return all('cryptoKeys.list', (next) => retry(CONSISTENT, () => calls.listKeys(next, signal)));
}

async function all<T>(call: string, page: (next: string | undefined) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  const seen = new Set<string>();
  let next: string | undefined;
  do {
    const found = await page(next);
    // What cannot be read may be what is looked for.
    if (found.unreadable > 0) {
      throw new ProviderError('unavailable', `${call}: the answer has names of another key ring`, { call });
    }
    items.push(...found.items);
    ({ next } = found);
    if (next !== undefined && (seen.has(next) || seen.size >= MOST_PAGES)) {
      throw new ProviderError('unavailable', `${call}: the pages of the answer do not end`, { call });
    }
    if (next !== undefined) seen.add(next);
  } while (next !== undefined);
  return items;
}
