import { ProviderError } from '../errors.ts';
import { ifAllowed } from '../http/if-allowed.ts';
import { CONSISTENT } from '../http/retry.ts';
import type { LabelAnswer, ObjectFacts } from '../port.ts';
import { fromCloudLabels } from './labels.ts';
import { allVersions, type Listing } from './list-all.ts';
import { versionName } from './names.ts';
import { isAlive } from './versions.ts';

/** Reads the labels of a CryptoKey. A version carries none, but that it is there is told. */
export async function readLabels(reading: Listing, id: string): Promise<LabelAnswer> {
  const { calls, retry, signal } = reading;
  try {
    if (!id.includes('/')) {
      const { labels } = await retry(CONSISTENT, () => calls.getKey(id, signal));
      return { outcome: 'seen', labels: fromCloudLabels(labels) };
    }
    const { key, number } = versionName('cryptoKeyVersions.list', id);
    const all = await allVersions(reading, key);
    if (!all.some((each) => each.number === number)) return { outcome: 'unknown' };
    return { outcome: 'forbidden', why: 'CryptoKeyVersions carry no labels' };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.reason === 'not_found') return { outcome: 'unknown' };
    if (error.reason !== 'forbidden') throw error;
    return { outcome: 'forbidden', why: error.message };
  }
}

/** Reads all that tells whose a version is. */
export async function inspectVersion(reading: Listing, id: string): Promise<ObjectFacts | undefined> {
  const { calls, retry, signal } = reading;
  const { key, number } = versionName('cryptoKeyVersions.list', id);
  const unreadable: string[] = [];
  const allowed = ifAllowed(unreadable);
  try {
    const all = await allowed(() => allVersions(reading, key));
    const version = all?.find((each) => each.number === number);
    if (all && !version) return undefined;
    const cryptoKey = await allowed(() => retry(CONSISTENT, () => calls.getKey(key, signal)));
    return {
      account: version?.project,
      labels: cryptoKey && fromCloudLabels(cryptoKey.labels),
      names: cryptoKey && (cryptoKey.primary === number ? [key] : []),
      createdAt: version?.createdAt,
      // A version is made by its import.
      state: version && (isAlive(version) ? 'used' : 'pending_deletion'),
      unreadable,
    };
  } catch (error) {
    if (error instanceof ProviderError && error.reason === 'not_found') return undefined;
    throw error;
  }
}
