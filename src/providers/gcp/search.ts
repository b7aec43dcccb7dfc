import type { Attempt } from '../attempt.ts';
import { ProviderError } from '../errors.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import { unseen } from '../http/unseen.ts';
import type { LabelledObject } from '../observation.ts';
import type { LabelSearch, NameSurvey, Search, Target } from '../port.ts';
import { fromCloudLabels } from './labels.ts';
import { allKeys, allVersions, LIST_MS, type Listing } from './list-all.ts';
import { isJobOf } from './names.ts';
import { isAlive, seenVersion, unrecordedOf, versionId } from './versions.ts';

/**
 * Looks for what a lost attempt has made: within the CryptoKey of a distribution, the one version on no record that came by
 * our import job. A version that is being destroyed is none.
 */
export async function findAttempt(
  reading: Listing,
  { version, distributedName }: Attempt,
  target: Target | undefined,
): Promise<Search> {
  const key = target === undefined ? distributedName : target.container;
  if (key === undefined) return { outcome: 'absent' };
  try {
    const all = await undefinedOn(['not_found'], () => allVersions(reading, key));
    const others = unrecordedOf(all ?? [], key, target);
    const wrappingKey = target?.wrappingKey;
    // Without the name of our import jobs none can be told from those of others.
    const made = wrappingKey === undefined ? others : others.filter(({ importJob }) => isJobOf(importJob, wrappingKey));
    const [one] = made;
    if (one === undefined) return { outcome: 'absent' };
    const seen = seenVersion(version, key, one);
    if (made.length === 1 && wrappingKey !== undefined && seen !== undefined) {
      return { outcome: 'proven', seen: [{ of: 'account', account: one.project }, seen] };
    }
    const remoteIds = made.map(({ number }) => versionId(key, number));
    return { outcome: 'unknown', why: `versions of CryptoKey ${key} are on no record: ${made.length}`, remoteIds };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.reason !== 'forbidden') throw error;
    return { outcome: 'unknown', why: `search not permitted: ${error.message}` };
  }
}

/** Lists the primary versions of the key ring (cloudkms.cryptoKeys.list, beyond the documented permissions). */
export async function surveyNames(reading: Listing): Promise<NameSurvey> {
  try {
    const keys = await allKeys(reading);
    const primaries = keys.flatMap(({ id, primary }) =>
      primary === undefined ? [] : [[id, versionId(id, primary)] as const],
    );
    return { outcome: 'seen', targets: new Map(primaries) };
  } catch (error) {
    return unseen(error, reading.signal);
  }
}

/** Finds the versions that can be used, of all CryptoKeys with a label (cloudkms.cryptoKeys.list). */
export async function findByLabel(reading: Listing, label: string, value: string): Promise<LabelSearch> {
  const { clock, signal } = reading;
  const end = clock.monotonic() + LIST_MS;
  const found: LabelledObject[] = [];
  try {
    for (const { id, labels: given } of await allKeys(reading)) {
      const labels = fromCloudLabels(given);
      if (labels[label] !== value) continue;
      if (clock.monotonic() >= end) return { found, incomplete: 'too many CryptoKeys in the key ring to search' };
      const versions = (await allVersions(reading, id)).filter(isAlive);
      found.push(...versions.map(({ number }) => ({ remoteId: versionId(id, number), labels })));
    }
    return { found, incomplete: undefined };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProviderError)) throw error;
    return { found, incomplete: error.message };
  }
}
