import { ProviderError } from '../errors.ts';
import type { Search } from '../port.ts';
import type { Calls } from './calls.ts';
import { keyBatches } from './list-pages.ts';
import { labelsOf, readTags } from './read-tags.ts';
import { retryWithin, CONSISTENT, type RetryDependencies } from '../http/retry.ts';

/** Time budget of a search, which reads the tags of every KMS key of the account. */
const SEARCH_MS = 20_000;
/** AWS's quota of KMS keys for an account and Region. Limits the cache of tags. */
const MOST_SEEN = 100_000;
/** An attempt creates one KMS key. A bound, because records and messages include all that are found. */
const MOST_FOUND = 100;

/** As {@link Search}, with the IDs of the KMS keys that carry the tag. */
type TagSearch =
  | { readonly outcome: 'found'; readonly ids: readonly string[] }
  | Extract<Search, { readonly outcome: 'absent' | 'unknown' }>;

/**
 * Finds all KMS keys with a tag (`ListKeys`, `ListResourceTags`). Searches the whole account even after a match: others can
 * set tags, so the caller needs all matches to choose. Neither call is among the eleven permissions of Vault's
 * documentation. If one is denied, even for a single KMS key, the result is `unknown` instead of `absent`.
 *
 * @param seen - cache of the tag's value by KMS key ID, filled by earlier searches and creations, and by this one. The tag
 * of a KMS key does not change, so it is read once
 */
export async function findByTag(
  calls: Calls,
  dependencies: RetryDependencies,
  tag: { readonly key: string; readonly value: string },
  seen: Map<string, string>,
  signal: AbortSignal,
): Promise<TagSearch> {
  const { clock } = dependencies;
  const end = clock.monotonic() + SEARCH_MS;
  const retry = retryWithin(SEARCH_MS, dependencies, signal);
  let hidden = 0;
  const remoteIds: string[] = [];
  const unknown = (why: string): TagSearch => ({
    outcome: 'unknown',
    why,
    ...(remoteIds.length === 0 ? {} : { remoteIds }),
  });
  try {
    for await (const { ids, unreadable } of keyBatches((input) =>
      retry(CONSISTENT, () => calls.listKeys(input, signal)),
    )) {
      if (clock.monotonic() >= end) return unknown('too many KMS keys in the account to search');
      const tagged = await Promise.all(ids.map((id) => hasTag(id)));
      remoteIds.push(...tagged.flatMap(({ id, matches }) => (matches === true ? id : [])));
      if (remoteIds.length > MOST_FOUND) return unknown(`more than ${MOST_FOUND} KMS keys have the tag`);
      hidden += unreadable + tagged.filter((result) => result.matches === undefined).length;
    }
  } catch (error) {
    if (!(error instanceof ProviderError) || error.reason !== 'forbidden') throw error;
    return unknown(`search not permitted: ${error.message}`);
  }
  if (hidden > 0) return unknown(`cannot read the tags of ${hidden} KMS keys (kms:ListResourceTags)`);
  return remoteIds.length === 0 ? { outcome: 'absent' } : { outcome: 'found', ids: remoteIds };

  /** Whether a KMS key has the tag; undefined if its tags cannot be read. */
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
