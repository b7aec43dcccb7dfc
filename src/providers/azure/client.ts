import { recentIds } from '../http/recent-ids.ts';
import { ProviderError } from '../errors.ts';
import type { Performed } from '../observation.ts';
import type { KmsClient, Target } from '../port.ts';
import { HOME } from '../step.ts';
import { retryWithin, type RetryDependencies } from '../http/retry.ts';
import { gone, isDeleted, newestOf, performed, switchVersion, type Account } from './account.ts';
import type { ExchangeKey } from './byok.ts';
import type { Calls } from './calls.ts';
import { findAttempt } from './find-attempt.ts';
import { inspectObject, readLabels } from './inspect.ts';
import { unseen } from '../http/unseen.ts';
import { observeAll, observeName } from './observe.ts';
import { performStep } from './perform.ts';
import { probePermissions } from './probe-permissions.ts';
import { findByLabel, surveyNames } from './search.ts';
import { copyOf, importVersion, isLabelledOurs } from './versions.ts';

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

    readLabels: (remoteId, signal) => readLabels(account(signal), remoteId),

    inspect: (remoteId, signal) => inspectObject(account(signal), remoteId, () => tenant),

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

/** The tenant of a vault, where it tells; not knowing keeps nothing from being made. */
async function tenantOf(calls: Calls, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await calls.tenant(signal);
  } catch (error) {
    unseen(error, signal);
    return undefined;
  }
}
