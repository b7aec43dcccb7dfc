import { recentIds } from '../http/recent-ids.ts';
import { ProviderError } from '../errors.ts';
import type { Performed } from '../observation.ts';
import {
  ATTEMPT_LABEL,
  type KmsClient,
  type LabelAnswer,
  type ObjectFacts,
  type Search,
  type Target,
} from '../port.ts';
import { HOME } from '../step.ts';
import { retryWithin, type RetryDependencies } from '../http/retry.ts';
import {
  gone,
  isDeleted,
  newestOf,
  performed,
  switchVersion,
  versionOf,
  type Account,
  type Hidden,
} from './account.ts';
import type { ExchangeKey } from './byok.ts';
import type { Calls } from './calls.ts';
import type { KeyVersion } from './key-bundle.ts';
import { unseen } from '../http/unseen.ts';
import { labelsOfKey, observeAll, observeName } from './observe.ts';
import { performStep } from './perform.ts';
import { probePermissions } from './probe-permissions.ts';
import { findByLabel, surveyNames, versionWithLabel } from './search.ts';
import { copyOf, holdsMaterialOf, importVersion, isLabelledOurs, seenName, seenVersion } from './versions.ts';
import type { Attempt } from '../attempt.ts';

/** Together with the timeout of the last request, less than the 60 seconds after which Vault's clients give up. */
const BUDGET_MS = 45_000;
/** Less than the 20 seconds within which a check must respond. */
const CHECK_MS = 18_000;
/** A search reads every key of a vault. */
const SEARCH_MS = 15_000;
/** Azure gives no bound for its replicas ("Azure Key Vault availability and redundancy"); reads follow writes at once in general. */
export const CONSISTENCY_WINDOW_MS = 60_000;

/** The client of a vault: one key per distribution, one version of it per version, of which the newest is current. */
export function azureClient(calls: Calls, dependencies: RetryDependencies): KmsClient {
  const recent = recentIds(dependencies.clock, CONSISTENCY_WINDOW_MS);
  const wrappingKeys = new Map<string, ExchangeKey>();
  let tenant: string | undefined;
  const within = (budgetMs: number, signal: AbortSignal): Account => {
    const end = dependencies.clock.monotonic() + budgetMs;
    return {
      calls,
      retry: retryWithin(budgetMs, dependencies, signal),
      recent,
      wrappingKeys,
      isLate: () => dependencies.clock.monotonic() >= end,
      signal,
    };
  };
  const account = (signal: AbortSignal): Account => within(BUDGET_MS, signal);

  return {
    async create({ to }, { attempt, version }, target, signal) {
      const at = account(signal);
      const obstacle = await prepareKey(at, target);
      if (obstacle) return obstacle;
      tenant ??= await tenantOf(calls, signal);
      const made = await importVersion(at, target, { version, attempt, enabled: to === 'enabled' });
      if (tenant === undefined || !made.changed) return made;
      return { ...made, seen: [{ of: 'account', account: tenant }, ...made.seen] };
    },

    perform: (step, target, signal) => performStep(account(signal), step, target),

    find: (attempt, target, signal) => findAttempt(account(signal), attempt, target),

    async removeObject(remoteId) {
      const text = `a version of an Azure key cannot be removed by itself: ${remoteId} goes when its key is deleted`;
      throw new ProviderError('invalid_request', text, { call: 'KeyDelete' });
    },

    observe: (target, signal) => observeAll(account(signal), target),

    observeName: (target, _place, signal) => observeName(account(signal), target),

    async account(signal, refresh = false) {
      if (!refresh && tenant !== undefined) return tenant;
      const told = await calls.tenant(signal);
      tenant = told ?? tenant;
      return told;
    },

    async readLabels(remoteId, signal): Promise<LabelAnswer> {
      const at = account(signal);
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
    },

    async inspect(remoteId, signal): Promise<ObjectFacts | undefined> {
      const at = account(signal);
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
      return { account: tenant, labels, names: [name], createdAt, state: 'used', unreadable: [] };
    },

    surveyNames: (signal) => surveyNames(within(SEARCH_MS, signal)),

    findByLabel: (label, value, signal) => findByLabel(within(SEARCH_MS, signal), label, value),

    probePermissions: (signal) => probePermissions(calls, CHECK_MS, signal),

    close: () => {
      calls.close();
    },
  };
}

/**
 * Makes sure that a version can be imported into the key: it is ours, or there is none yet.
 *
 * @returns what was seen otherwise
 */
async function prepareKey(at: Account, target: Target): Promise<Performed | undefined> {
  const isOnRecord = target.ids(HOME).size > 0;
  const newest = await newestOf(at, target.distributedName);
  if (!newest) {
    const isGone = isOnRecord || (await isDeleted(at, target.distributedName));
    return isGone ? performed(false, undefined, gone(target)) : undefined;
  }
  // Another mount, or somebody else, was first.
  const isOurs = isOnRecord || (newest !== 'hidden' && isLabelledOurs(newest, target));
  if (!isOurs) return performed(false, undefined, gone(target));
  if (newest === 'hidden') return undefined;
  // Once it is not the newest any more, nothing would lead to it.
  if ((await copyOf(target, newest, true)) !== undefined) await switchVersion(at, newest.id, false);
  return undefined;
}

/**
 * Looks for the version of a lost attempt. No other process writes to the key, so it is the newest, or below a stranger's. It
 * is proven by its public key, beside the label; a symmetric key has none, and its labels have to do.
 */
async function findAttempt(
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

function hiddenText(what: string): string {
  return `${what} is disabled, and the vault does not show it: enable it there`;
}

function isForbidden(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.reason === 'forbidden';
}

/** The tenant of a vault, where it tells; not knowing keeps nothing from being made. */
async function tenantOf(calls: Calls, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await calls.tenant(signal);
  } catch (error) {
    unseen(error, signal);
    return undefined;
  }
}
