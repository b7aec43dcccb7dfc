import { ifAllowed } from '../http/if-allowed.ts';
import { unseen } from '../http/unseen.ts';
import { ProviderError } from '../errors.ts';
import type { LabelledObject, NameObservation, Seen, Unseen } from '../observation.ts';
import type { LabelAnswer, LabelSearch, NameSurvey, ObjectFacts, Search, Target } from '../port.ts';
import type { Attempt } from '../attempt.ts';
import { CONSISTENT } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import { HOME } from '../step.ts';
import { hasPrimary } from './algorithms.ts';
import type { CryptoKey, CryptoKeyVersion } from './answers.ts';
import { fromCloudLabels } from './labels.ts';
import { allKeys, allVersions, LIST_MS, type Listing } from './list-all.ts';
import { isJobOf, versionName } from './names.ts';
import { factsOf, isAlive, seenVersion, versionId } from './versions.ts';

/** Reads the state of all versions of a distribution by one list, and of the primary version. */
export async function observeAll(reading: Listing, target: Target): Promise<Seen> {
  const { signal } = reading;
  const ids = [...target.ids(HOME)];
  const name = async (): Promise<Seen['names']> => {
    if (!hasPrimary(target)) return [];
    const seen = await observeName(reading, target);
    return ['outcome' in seen ? { ...seen, place: HOME } : seen];
  };
  if (target.container === undefined) {
    const versions = ids.map(([version, id]) => ({ of: 'version', version, place: HOME, id, state: 'gone' }) as const);
    return { versions, names: await name(), others: [] };
  }
  const { container } = target;
  try {
    const all = await undefinedOn(['not_found'], () => allVersions(reading, container));
    const byId = new Map(all?.map((each) => [versionId(container, each.number), each]));
    const versions = ids.map(([version, id]): Seen['versions'][number] => {
      const found = byId.get(id);
      if (found === undefined) return { of: 'version', version, place: HOME, id, state: 'gone' };
      const seen = seenVersion(version, container, found);
      const why = 'cryptoKeyVersions.list: the CryptoKeyVersion is in an unknown state';
      return seen ? { ...seen, facts: factsOf(found) } : { version, place: HOME, outcome: 'unreachable', why };
    });
    const others = all === undefined ? [{ of: 'container', id: container, state: 'gone' } as const] : [];
    return { versions, names: await name(), others };
  } catch (error) {
    const not = unseen(error, signal);
    const versions = ids.map(([version]) => ({ version, place: HOME, ...not }));
    return { versions, names: hasPrimary(target) ? [{ place: HOME, ...not }] : [], others: [] };
  }
}

/**
 * Reads which version is the primary one (cloudkms.cryptoKeys.get, which is not among the documented permissions). An
 * asymmetric key has none: applications say which version they use.
 */
export async function observeName(reading: Listing, target: Target): Promise<NameObservation | Unseen> {
  const { calls, retry, signal } = reading;
  const name = { of: 'name', place: HOME } as const;
  const { container } = target;
  if (!hasPrimary(target) || container === undefined) {
    signal.throwIfAborted();
    return { ...name, points: 'nowhere' };
  }
  try {
    const key = await undefinedOn(['not_found'], () => retry(CONSISTENT, () => calls.getKey(container, signal)));
    if (key?.primary === undefined) return { ...name, points: 'nowhere' };
    const id = versionId(container, key.primary);
    const version = [...target.ids(HOME)].find(([, known]) => known === id)?.[0];
    if (version !== undefined) return { ...name, points: version, id };
    if (target.ours(HOME).includes(id)) return { ...name, points: 'replaced', id };
    const all = await allVersions(reading, container);
    const primary = all.find((each) => each.number === key.primary);
    // Destroying a version leaves it the primary one.
    if (primary === undefined || !isAlive(primary)) return { ...name, points: 'nowhere' };
    return { ...name, points: 'stranger', holder: { remoteId: id, labels: labelsOf(key, primary, target) } };
  } catch (error) {
    return unseen(error, signal);
  }
}

/** Versions carry no labels: those of the key tell whose a version is that came by one of our import jobs. */
function labelsOf(key: CryptoKey, { importJob }: CryptoKeyVersion, target: Target): LabelledObject['labels'] {
  return isJobOf(importJob, target.wrappingKey) ? fromCloudLabels(key.labels) : {};
}

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
    const recorded = target?.ours(HOME) ?? [];
    const others = (all ?? []).filter((each) => isAlive(each) && !recorded.includes(versionId(key, each.number)));
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
