import { unseen } from '../http/unseen.ts';
import type { NameObservation, Seen, Unseen } from '../observation.ts';
import { ATTEMPT_LABEL, type Target } from '../port.ts';
import { HOME } from '../step.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import { gone, newestOf, unlessHidden, type Account } from './account.ts';
import type { KeyVersion } from './key-bundle.ts';
import { copyOf, isLabelledOurs, seenVersion } from './versions.ts';

/** Requests under way at a time; a vault takes thousands in ten seconds, for all its clients. */
const CONCURRENCY = 8;

type Version = Seen['versions'][number];

/** Asks for the state of all versions of a distribution, and for the newest. None is retried: not knowing is an answer. */
export async function observeAll(account: Account, target: Target): Promise<Seen> {
  const { calls, signal } = account;
  const ids = [...target.ids(HOME)];
  const versions: Version[] = [];
  const observe = async (version: number, id: string): Promise<Version> => {
    try {
      const found = await undefinedOn(['not_found'], () => unlessHidden(() => calls.getVersion(id, signal)));
      if (found && found !== 'hidden') return seenVersion(version, found);
      return { of: 'version', version, place: HOME, id, state: found ? 'disabled' : 'gone' };
    } catch (error) {
      return { version, place: HOME, ...unseen(error, signal) };
    }
  };
  for (let start = 0; start < ids.length; start += CONCURRENCY) {
    const batch = ids.slice(start, start + CONCURRENCY);
    versions.push(...(await Promise.all(batch.map(([version, id]) => observe(version, id)))));
    const [first] = versions;
    // A vault that answers nothing is not asked for the rest.
    if (first && 'outcome' in first && versions.every((each) => 'outcome' in each && each.outcome === 'unreachable')) {
      const { outcome, why } = first;
      const rest = ids.slice(start + CONCURRENCY).map(([version]) => ({ version, place: HOME, outcome, why }));
      return { versions: [...versions, ...rest], names: [{ place: HOME, outcome, why }], others: [] };
    }
  }
  // No version goes by itself: where one is not found, the key was deleted with all of them.
  const isGone = versions.some((each) => 'state' in each && each.state === 'gone');
  if (target.container !== undefined && isGone && (await keyIsGone(account, target))) {
    return { versions: [], names: [], others: [gone(target)] };
  }
  const name = await observeName(account, target);
  return { versions, names: ['outcome' in name ? { ...name, place: HOME } : name], others: [] };
}

/** Asks which version is the newest, which is what applications reach without naming one. */
export async function observeName(account: Account, target: Target): Promise<NameObservation | Unseen> {
  const { calls, signal } = account;
  const name = { of: 'name', place: HOME } as const;
  try {
    const newest = await undefinedOn(['not_found'], () =>
      unlessHidden(() => calls.getKey(target.distributedName, signal)),
    );
    if (!newest) return { ...name, points: 'nowhere' };
    if (newest === 'hidden') return { ...name, ...(await hiddenNewest(account, target)) };
    const { id } = newest;
    const recorded = [...target.ids(HOME)].find(([, known]) => known === id)?.[0];
    const version = recorded ?? (await copyOf(target, newest, false));
    if (version !== undefined) return { ...name, points: version, id };
    if (target.ours(HOME).includes(id)) return { ...name, points: 'replaced', id };
    return { ...name, points: 'stranger', holder: { remoteId: id, labels: newest.tags } };
  } catch (error) {
    return unseen(error, signal);
  }
}

/** The newest version is disabled and is not shown: it is the highest on record where that is disabled, too. */
async function hiddenNewest(
  { calls, signal }: Account,
  target: Target,
): Promise<Pick<NameObservation, 'points' | 'id' | 'holder'>> {
  const [highest] = [...target.ids(HOME)].sort(([a], [b]) => b - a);
  if (highest) {
    const [version, id] = highest;
    const found = await undefinedOn(['not_found'], () => unlessHidden(() => calls.getVersion(id, signal)));
    if (found === 'hidden' || found?.enabled === false) return { points: version, id };
  }
  return { points: 'stranger', holder: { remoteId: target.distributedName, labels: undefined } };
}

/** What is known of a key by its newest version, whose tags it has: they need not be ours. */
export function labelsOfKey(newest: KeyVersion): Readonly<Record<string, string>> | undefined {
  return ATTEMPT_LABEL in newest.tags ? newest.tags : undefined;
}

async function keyIsGone(account: Account, target: Target): Promise<boolean> {
  try {
    const newest = await newestOf(account, target.distributedName);
    return newest === undefined || (newest !== 'hidden' && !isLabelledOurs(newest, target));
  } catch (error) {
    unseen(error, account.signal);
    return false;
  }
}
