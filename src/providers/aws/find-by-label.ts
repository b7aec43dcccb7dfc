import { ProviderError } from '../errors.ts';
import type { LabelledObject } from '../observation.ts';
import type { LabelSearch } from '../port.ts';
import type { Calls } from './calls.ts';
import { keyBatches } from './list-pages.ts';
import { labelsOf, readTags } from './read-tags.ts';
import { CREATE, retryWithin, type RetryDependencies } from '../http/retry.ts';

/** Time budget of a search, which reads the tags of every KMS key of the account. */
const SEARCH_MS = 15_000;

/**
 * Finds all KMS keys with a tag (`ListKeys`, `ListResourceTags`), except those pending deletion (`DescribeKey`). None of
 * the three calls is among the eleven permissions of Vault's documentation: `incomplete` says what cannot be read.
 */
export async function findByLabel(
  calls: Calls,
  dependencies: RetryDependencies,
  { label, value }: { readonly label: string; readonly value: string },
  signal: AbortSignal,
): Promise<LabelSearch> {
  const { clock } = dependencies;
  const end = clock.monotonic() + SEARCH_MS;
  const retry = retryWithin(SEARCH_MS, dependencies, signal);
  const found: LabelledObject[] = [];
  let hidden = 0;
  const look = async (id: string): Promise<void> => {
    const labels = labelsOf(await readTags(() => retry(CREATE, () => calls.listResourceTags({ KeyId: id }, signal))));
    if (labels === undefined) hidden++;
    else if (labels[label] === value && !(await isPendingDeletion(calls, id, signal)))
      found.push({ remoteId: id, labels });
  };
  try {
    for await (const { ids } of keyBatches((input) => retry(CREATE, () => calls.listKeys(input, signal)))) {
      if (clock.monotonic() >= end) return { found, incomplete: 'too many KMS keys in the account to search' };
      await Promise.all(ids.map(look));
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProviderError)) throw error;
    return { found, incomplete: error.message };
  }
  const incomplete = hidden === 0 ? undefined : `the tags of ${hidden} KMS keys cannot be read (kms:ListResourceTags)`;
  return { found, incomplete };
}

async function isPendingDeletion(calls: Calls, KeyId: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { KeyMetadata } = await calls.describeKey({ KeyId }, signal);
    return KeyMetadata?.KeyState === 'PendingDeletion' || KeyMetadata?.KeyState === 'PendingReplicaDeletion';
  } catch (error) {
    // If the state is unknown, the KMS key is reported.
    if (error instanceof ProviderError) return error.reason === 'not_found';
    throw error;
  }
}
