import type { LabelAnswer, ObjectFacts } from '../port.ts';
import { hiddenText, isForbidden, newestOf, versionOf, type Account, type Hidden } from './account.ts';
import type { KeyVersion } from './key-bundle.ts';
import { labelsOfKey } from './observe.ts';

/** Reads the labels of a version (`<key name>/<version>`), or those that a key is known by. */
export async function readLabels(at: Account, remoteId: string): Promise<LabelAnswer> {
  try {
    const isVersion = remoteId.includes('/');
    const found = isVersion ? await versionOf(at, remoteId) : await newestOf(at, remoteId);
    if (!found) return { outcome: 'unknown' };
    if (found === 'hidden') return { outcome: 'forbidden', why: hiddenText(remoteId) };
    const labels = isVersion ? found.tags : labelsOfKey(found);
    if (labels) return { outcome: 'seen', labels };
    return { outcome: 'forbidden', why: `the newest version of ${remoteId} was imported by somebody else` };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { outcome: 'forbidden', why: error.message };
  }
}

/**
 * Reads the facts of a key or of one version of it.
 *
 * @param tenant - of the vault, where it is known
 */
export async function inspectObject(
  at: Account,
  remoteId: string,
  tenant: () => string | undefined,
): Promise<ObjectFacts | undefined> {
  const nothing = {
    account: undefined,
    labels: undefined,
    names: undefined,
    createdAt: undefined,
    state: undefined,
  };
  let found: KeyVersion | Hidden | undefined;
  try {
    found = remoteId.includes('/') ? await versionOf(at, remoteId) : await newestOf(at, remoteId);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { ...nothing, unreadable: [error.message] };
  }
  if (!found) return undefined;
  if (found === 'hidden') return { ...nothing, unreadable: [hiddenText(remoteId)] };
  const { tags: labels, name, createdAt } = found;
  // Every version holds material, from its first moment on.
  return { account: tenant(), labels, names: [name], createdAt, state: 'used', unreadable: [] };
}
