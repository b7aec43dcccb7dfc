import type { Attempt } from '../attempt.ts';
import { ATTEMPT_LABEL, type Search, type Target } from '../port.ts';
import { hiddenText, isForbidden, newestOf, versionOf, type Account } from './account.ts';
import type { KeyVersion } from './key-bundle.ts';
import { versionWithLabel } from './search.ts';
import { holdsMaterialOf, isLabelledOurs, seenName, seenVersion } from './versions.ts';

/**
 * Looks for the version of a lost attempt. No other process writes to the key, so it is the newest, or below a stranger's. It
 * is proven by its public key, beside the label; a symmetric key has none, and its labels have to do.
 */
export async function findAttempt(
  at: Account,
  { attempt, version, distributedName }: Attempt,
  target: Target | undefined,
): Promise<Search> {
  const newest = await newestOf(at, distributedName);
  if (!newest) return { outcome: 'absent' };
  if (newest !== 'hidden') {
    const label = newest.tags[ATTEMPT_LABEL];
    if (label === attempt) return verdictOn(at, target, version, newest, true);
    if (label !== undefined && target && isLabelledOurs(newest, target)) return { outcome: 'absent' };
  }
  try {
    const made = await versionWithLabel(at, distributedName, ATTEMPT_LABEL, attempt);
    const found = made === undefined ? undefined : await versionOf(at, made);
    if (found === 'hidden') return { outcome: 'unknown', why: hiddenText(made ?? ''), remoteIds: [made ?? ''] };
    return found ? await verdictOn(at, target, version, found, false) : { outcome: 'absent' };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    const { message: why } = error;
    if (newest === 'hidden') {
      return { outcome: 'unknown', why: `${hiddenText(`the newest version of ${distributedName}`)}: ${why}` };
    }
    return { outcome: 'unknown', why: `${newest.id} was imported by somebody else: ${why}` };
  }
}

async function verdictOn(
  at: Account,
  target: Target | undefined,
  version: number,
  found: KeyVersion,
  isNewest: boolean,
): Promise<Search> {
  const seen = [seenVersion(version, found), ...(isNewest ? [seenName(version, found.id)] : [])];
  // Without the distribution there is nothing to compare it with.
  if (!target) return { outcome: 'found', candidates: [{ id: found.id, seen }] };
  if (!isLabelledOurs(found, target) || (await holdsMaterialOf(target, version, found)) === false) {
    const why = `${found.id} carries the label of the attempt, but not the labels or the public key of version ${version}`;
    return { outcome: 'unknown', why, remoteIds: [found.id] };
  }
  at.recent.add(found.name);
  at.recent.add(found.id);
  return { outcome: 'proven', seen };
}
