import { ProviderError } from '../errors.ts';
import type { SearchResult } from '../port.ts';
import type { Calls } from './calls.ts';
import { keyBatches } from './list-pages.ts';
import { labelsOf, readTags } from './read-tags.ts';
import { retryWithin, CONSISTENT, type RetryDependencies } from './retry.ts';

/** A search reads the tags of every key of the account, so it ends after a while, found or not. */
const SEARCH_MS = 20_000;
/** AWS's quota for the KMS keys of an account and Region. Tags of more are asked for again. */
const MOST_SEEN = 100_000;
/** An attempt makes one. Whoever has to judge them is told of some, and records keep them. */
const MOST_FOUND = 100;

/**
 * Looks for the CMKs with a tag (`ListKeys`, `ListResourceTags`), through all keys of the account: a tag is no proof,
 * and whoever adopts what is found has to know of all. Neither is among the eleven permissions of Vault's
 * documentation: where one is refused, or a key hides its tags, not finding proves nothing.
 *
 * @param seen - the tag's value by CMK id, as earlier searches and creations know it, filled by this one: nobody changes
 * the tag, so that each CMK has to be asked once only, and a request does not wait for the tags of a whole account
 */
export async function findByTag(
  calls: Calls,
  dependencies: RetryDependencies,
  tag: { readonly key: string; readonly value: string },
  seen: Map<string, string>,
  signal: AbortSignal,
): Promise<SearchResult> {
  const { clock } = dependencies;
  const end = clock.monotonic() + SEARCH_MS;
  const retry = retryWithin(SEARCH_MS, dependencies, signal);
  let hidden = 0;
  const remoteIds: string[] = [];
  const unknown = (why: string): SearchResult => ({
    outcome: 'unknown',
    why,
    ...(remoteIds.length === 0 ? {} : { remoteIds }),
  });
  try {
    for await (const { ids, unreadable } of keyBatches((input) =>
      retry(CONSISTENT, () => calls.listKeys(input, signal)),
    )) {
      if (clock.monotonic() >= end) return unknown('too many keys in the account to look through');
      const tagged = await Promise.all(ids.map((id) => hasTag(id)));
      remoteIds.push(...tagged.flatMap(({ id, matches }) => (matches === true ? id : [])));
      if (remoteIds.length > MOST_FOUND) return unknown(`more than ${MOST_FOUND} keys carry the tag`);
      hidden += unreadable + tagged.filter((result) => result.matches === undefined).length;
    }
  } catch (error) {
    if (!(error instanceof ProviderError) || error.reason !== 'forbidden') throw error;
    return unknown(`not allowed to look: ${error.message}`);
  }
  if (hidden > 0) return unknown(`not allowed to read the tags of ${hidden} keys (kms:ListResourceTags)`);
  return remoteIds.length === 0 ? { outcome: 'absent' } : { outcome: 'found', remoteIds };

  /** Whether a key has the tag; undefined where its tags may not be read. */
  async function hasTag(id: string): Promise<{ id: string; matches: boolean | undefined }> {
    const known = seen.get(id);
    if (known !== undefined) return { id, matches: known === tag.value };
    const labels = labelsOf(
      await readTags(() => retry(CONSISTENT, () => calls.listResourceTags({ KeyId: id }, signal))),
    );
    if (labels === undefined) return { id, matches: undefined };
    const value = labels[tag.key];
    if (value !== undefined && seen.size < MOST_SEEN) seen.set(id, value);
    return { id, matches: value === tag.value };
  }
}
