import { ProviderError } from '../errors.ts';
import type { KmsClient, Removal, VersionTarget } from '../port.ts';
import { aliases, aliasOf, type Aliases } from './aliases.ts';
import type { Answer, Calls } from './calls.ts';
import { checkPermissions } from './check-permissions.ts';
import { findByLabel } from './find-by-label.ts';
import { findByTag } from './find-by-tag.ts';
import { freshCmks } from './fresh-cmks.ts';
import { importMaterial } from './import-material.ts';
import { observeCmk, unseen } from './observe.ts';
import { receiptOf } from './receipt.ts';
import { CREATE, DOUBTED, FRESH, retryWithin, SETTLED, type Retry, type RetryDependencies } from './retry.ts';
import { unless } from './unless.ts';

/** With the last request's own limit this stays below the minute that Vault's clients wait for an answer. */
const BUDGET_MS = 45_000;

/** Less than the 20 seconds after which a check has to be answered. */
const CHECK_MS = 18_000;

/** How long a CMK of unknown age is looked for before it counts as gone. */
const DOUBT_MS = 2_000;

/** Tag that an attempt is found by. */
const ATTEMPT_TAG = 'vault-keymgmt-attempt';

/** The adapter's client: a CMK with imported material per version, an alias per distributed key. */
export function awsClient(calls: Calls, dependencies: RetryDependencies): KmsClient {
  const fresh = freshCmks(dependencies.clock);
  const attempts = new Map<string, string>();
  const retryFor = (signal: AbortSignal): Retry => retryWithin(BUDGET_MS, dependencies, signal);
  const retryOn = (id: string, signal: AbortSignal): (<T>(request: () => Promise<T>) => Promise<T>) => {
    const retry = retryFor(signal);
    return (request) => retry(fresh.has(id) ? FRESH : SETTLED, request);
  };
  const aliasesFor = (signal: AbortSignal): Aliases => aliases(calls, fresh, retryFor(signal), signal);

  return {
    async createVersion(target, _material, signal) {
      const answer = await retryFor(signal)(CREATE, () => calls.createKey(newCmk(target), signal));
      const remoteId = answer.KeyMetadata?.KeyId;
      if (remoteId === undefined) {
        throw new ProviderError('unavailable', 'CreateKey: the answer holds no key id', {
          call: 'CreateKey',
          ambiguous: true,
        });
      }
      fresh.add(remoteId);
      attempts.set(remoteId, target.attempt);
      return { remoteId, imported: false, ...receiptOf(answer) };
    },

    async findVersion({ attempt }, signal) {
      const result = await findByTag(calls, dependencies, { key: ATTEMPT_TAG, value: attempt }, attempts, signal);
      if (result.outcome === 'found') fresh.add(result.remoteId);
      return result;
    },

    async importMaterial(_target, remoteId, material, signal) {
      const answer = await importMaterial(calls, retryOn(remoteId, signal), remoteId, material, signal);
      fresh.add(remoteId);
      return receiptOf(answer);
    },

    async setEnabled(_target, remoteId, enabled, signal) {
      const call = enabled ? calls.enableKey : calls.disableKey;
      return receiptOf(await retryOn(remoteId, signal)(() => call({ KeyId: remoteId }, signal)));
    },

    setCurrent: ({ distributedName }, remoteId, claim, signal) =>
      aliasesFor(signal).point(aliasOf(distributedName), remoteId, claim),

    removeName: (distributedName, ours, signal) => aliasesFor(signal).remove(aliasOf(distributedName), ours),

    async removeVersion(remoteId, signal) {
      const schedule = (): ReturnType<Calls['scheduleKeyDeletion']> =>
        calls.scheduleKeyDeletion({ KeyId: remoteId }, signal);
      const retry = retryOn(remoteId, signal);
      const removed = (answer: Answer | undefined): Removal => ({ outcome: 'removed', ...receiptOf(answer) });
      // A CMK stays for seven days at least, so one that was there a moment ago only seems to be missing.
      if (fresh.has(remoteId)) {
        return removed(await unless(['pending_deletion'], () => retry(schedule)));
      }
      try {
        // It may have been made a moment ago by a process that is gone.
        const doubt = retryWithin(DOUBT_MS, dependencies, signal);
        return removed(await unless(['pending_deletion'], () => retry(() => doubt(DOUBTED, schedule))));
      } catch (error) {
        if (error instanceof ProviderError && error.reason === 'not_found') {
          return { outcome: 'unknown', ...receiptOf(undefined) };
        }
        throw error;
      }
    },

    observeVersion: (remoteId, signal) => observeCmk(calls, remoteId, signal),

    async observeName(distributedName, ours, signal) {
      try {
        return await aliasesFor(signal).observe(aliasOf(distributedName), ours);
      } catch (error) {
        return unseen(error, signal);
      }
    },

    async surveyNames(signal) {
      try {
        return { outcome: 'seen', targets: await aliasesFor(signal).survey() };
      } catch (error) {
        return unseen(error, signal);
      }
    },

    findByLabel: (label, value, signal) => findByLabel(calls, dependencies, { label, value }, signal),

    checkAccount: (signal) => checkPermissions(calls, CHECK_MS, signal),

    close: () => {
      calls.close();
    },
  };
}

function newCmk(target: VersionTarget): Parameters<Calls['createKey']>[0] {
  const tags = { ...target.labels, [ATTEMPT_TAG]: target.attempt };
  return {
    Origin: 'EXTERNAL',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    Description: `Vault key management: ${target.distributedName}, version ${target.version}`,
    Tags: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
  };
}
