import type { ProviderError } from '../errors.ts';

/** A list that is longer, or does not end, is not followed. */
const MOST_PAGES = 1_000;

/**
 * Reads the pages of a list, the first by undefined, each other by what the page before it names as the next.
 *
 * @param endless - what is thrown where a page leads back to another, or there are too many: an endpoint is not trusted
 */
export async function* pagesOf<P extends { readonly next: string | undefined }>(
  read: (next: string | undefined) => Promise<P>,
  endless: () => ProviderError,
): AsyncGenerator<P> {
  const seen = new Set<string>();
  let next: string | undefined;
  do {
    const page = await read(next);
    yield page;
    ({ next } = page);
    if (next !== undefined && (seen.has(next) || seen.size >= MOST_PAGES)) throw endless();
    if (next !== undefined) seen.add(next);
  } while (next !== undefined);
}
