import { unseen } from '../http/unseen.ts';
import type { LabelledObject, NameObservation, Seen, Unseen } from '../observation.ts';
import type { Target } from '../port.ts';
import { CONSISTENT } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import { HOME } from '../step.ts';
import { hasPrimary } from './algorithms.ts';
import type { CryptoKey, CryptoKeyVersion } from './answers.ts';
import { fromCloudLabels } from './labels.ts';
import { allVersions, type Listing } from './list-all.ts';
import { isJobOf } from './names.ts';
import { factsOf, isAlive, seenVersion, unrecordedOf, versionId } from './versions.ts';

/** Reads the state of all versions of a distribution by one list, and of the primary version. */
export async function observeAll(reading: Listing, target: Target): Promise<Seen> {
  const { signal } = reading;
  const ids = [...target.ids(HOME)];
  const name = async (): Promise<Seen['names']> => {
    if (!hasPrimary(target)) return [];
    const seen = await observePrimary(reading, target);
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
async function observePrimary(reading: Listing, target: Target): Promise<NameObservation | Unseen> {
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

/**
 * Reads the primary version; where there is none, or it may not be read, looks for a version that came by one of our import
 * jobs and is on no record, the newest of them. One that an open attempt may have made is none.
 */
export async function observeName(reading: Listing, target: Target): Promise<NameObservation | Unseen> {
  const primary = await observePrimary(reading, target);
  const isTold = hasPrimary(target) && !('outcome' in primary && primary.outcome === 'forbidden');
  const { container, wrappingKey } = target;
  if (isTold || container === undefined || target.isCreating) return primary;
  try {
    const all = await undefinedOn(['not_found'], () => allVersions(reading, container));
    const [newest] = unrecordedOf(all ?? [], container, target)
      .filter(({ importJob }) => isJobOf(importJob, wrappingKey))
      .sort((one, other) => Number(other.number) - Number(one.number));
    if (newest === undefined) return primary;
    const holder = { remoteId: versionId(container, newest.number), labels: undefined };
    return { of: 'name', place: HOME, points: 'unrecorded', holder };
  } catch (error) {
    return unseen(error, reading.signal);
  }
}

/** Versions carry no labels: those of the key tell whose a version is that came by one of our import jobs. */
function labelsOf(key: CryptoKey, { importJob }: CryptoKeyVersion, target: Target): LabelledObject['labels'] {
  return isJobOf(importJob, target.wrappingKey) ? fromCloudLabels(key.labels) : {};
}
