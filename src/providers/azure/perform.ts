import { ProviderError } from '../errors.ts';
import type { Performed } from '../observation.ts';
import { ATTEMPT_LABEL, type Target } from '../port.ts';
import { HOME, type RepeatableStep } from '../step.ts';
import { CONSISTENT } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';
import { gone, isDeleted, newestOf, performed, switchVersion, versionOf, type Account } from './account.ts';
import { createWrappingKey } from './wrapping-keys.ts';
import { copyOf, importVersion, isLabelledOurs, labelledVersion, seenName, seenVersion } from './versions.ts';

/** Performs a step of {@link planAzure} that may be repeated. */
export async function performStep(account: Account, step: RepeatableStep, target: Target): Promise<Performed> {
  switch (step.action) {
    case 'create_container':
      return takeName(account, target);
    case 'create_wrapping_key':
      return createWrappingKey(account, target);
    case 'enable':
    case 'disable':
      return switchAll(account, step.version, step.action === 'enable', target);
    case 'set_current':
      return setCurrent(account, step.version, target);
    case 'remove_container':
      return removeKey(account, target);
    case 'import':
    case 'await':
    case 'replicate':
    case 'remove':
    case 'remove_name':
    case 'remove_replaced':
      throw new Error(`Azure Key Vault has no step ${step.action}`);
  }
}

/** The first version makes the key, so its name must not be that of another one, or of one that can be recovered. */
async function takeName(account: Account, target: Target): Promise<Performed> {
  const id = target.distributedName;
  const isTaken = (await newestOf(account, id)) !== undefined || (await isDeleted(account, id));
  if (isTaken) return performed(false, undefined, { of: 'name', place: HOME, points: 'stranger' });
  return performed(false, undefined, { of: 'container', id, state: 'made' });
}

/** Enables or disables a version, and the copies of it that were made when it was imported again. */
async function switchAll(account: Account, version: number, enabled: boolean, target: Target): Promise<Performed> {
  const own = target.id(version, HOME) ?? '';
  const switched = await switchVersion(account, own, enabled);
  if (!switched) {
    if (await isDeleted(account, target.distributedName)) return performed(false, undefined, gone(target));
    throw new ProviderError('not_found', `KeyUpdate: the vault knows no key version ${own}`, { call: 'KeyUpdate' });
  }
  const recorded = [...target.ids(HOME).values()];
  const inKey = (id: string): boolean => id.startsWith(`${target.distributedName}/`);
  for (const id of target.ours(HOME).filter((each) => inKey(each) && !recorded.includes(each))) {
    // What is disabled and not shown: a request that changes nothing of it is answered with its tags.
    const shown = await versionOf(account, id);
    const former = shown === 'hidden' ? await switchVersion(account, id, false) : shown;
    const isCopy = former && labelledVersion(former) === version && isLabelledOurs(former, target);
    if (isCopy && former.enabled !== enabled) await switchVersion(account, id, enabled);
  }
  return performed(true, switched.requestId, seenVersion(version, switched));
}

/** The newest version is the current one: where it is another one, the version is imported again. */
async function setCurrent(account: Account, version: number, target: Target): Promise<Performed> {
  const id = target.id(version, HOME) ?? '';
  const newest = await newestOf(account, target.distributedName);
  if (!newest) return performed(false, undefined, gone(target));
  if (newest !== 'hidden') {
    if (newest.id === id) return performed(false, undefined, seenName(version, id));
    if ((await copyOf(target, newest, false)) === version) {
      return performed(false, undefined, seenVersion(version, newest), seenName(version, newest.id));
    }
    // What a lost import left is not on record, and nothing leads to it once it is not the newest any more.
    if ((await copyOf(target, newest, true)) !== undefined) await switchVersion(account, newest.id, false);
  }
  const former = await versionOf(account, id);
  const attempt = (former !== 'hidden' && former?.tags[ATTEMPT_LABEL]) || '';
  return importVersion(account, target, { version, attempt, enabled: true });
}

/** Deletes the key with all its versions, which can be recovered as long as the vault retains them. */
async function removeKey(account: Account, target: Target): Promise<Performed> {
  const { calls, retry, signal } = account;
  const name = target.distributedName;
  const removed = { of: 'container', id: name, state: 'removed' } as const;
  // Where nothing was made, the key under this name may be somebody else's.
  if (target.ours(HOME).length === 0) {
    const newest = await newestOf(account, name);
    const isOurs = newest !== undefined && newest !== 'hidden' && isLabelledOurs(newest, target);
    if (!isOurs) return performed(false, undefined, removed);
  }
  const deleted = await undefinedOn(['not_found', 'already_exists'], async () => ({
    requestId: await retry(CONSISTENT, () => calls.deleteKey(name, signal)),
  }));
  return performed(deleted !== undefined, deleted?.requestId, removed);
}
