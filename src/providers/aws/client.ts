import { ProviderError } from '../errors.ts';
import { ATTEMPT_LABEL, type KmsClient, type LabelAnswer, type Removal, type VersionTarget } from '../port.ts';
import { aliases, aliasOf, type Aliases } from './aliases.ts';
import type { Answer, Calls } from './calls.ts';
import { probePermissions } from './probe-permissions.ts';
import { findByLabel } from './find-by-label.ts';
import { findByTag } from './find-by-tag.ts';
import { recentKeys } from './recent-keys.ts';
import { accountIn, requireKeyId } from './ids.ts';
import { importMaterial } from './import-material.ts';
import { accountOf, inspectKey } from './inspect.ts';
import { observeKey, unseen } from './observe.ts';
import { readTags } from './read-tags.ts';
import { receiptOf } from './receipt.ts';
import {
  CREATE,
  UNKNOWN_AGE,
  WITHIN_WINDOW,
  retryWithin,
  CONSISTENT,
  type Retry,
  type RetryDependencies,
} from './retry.ts';
import { undefinedOn } from './undefined-on.ts';

/** Together with the timeout of the last request, less than the 60 seconds after which Vault's clients give up. */
const BUDGET_MS = 45_000;

/** Less than the 20 seconds within which a check must respond. */
const CHECK_MS = 18_000;

/** How long a missing KMS key of unknown age is retried before it is treated as deleted. */
const UNKNOWN_AGE_MS = 2_000;

/** Time budget for reading the account ID. */
const ACCOUNT_MS = 5_000;

/** The AWS KMS client: one KMS key with imported key material per version, one alias per distributed key. */
export function awsClient(calls: Calls, region: string, dependencies: RetryDependencies): KmsClient {
  const recent = recentKeys(dependencies.clock);
  let accountId: string | undefined;
  const attempts = new Map<string, string>();
  const retryFor = (signal: AbortSignal): Retry => retryWithin(BUDGET_MS, dependencies, signal);
  const retryOn = (id: string, signal: AbortSignal): (<T>(request: () => Promise<T>) => Promise<T>) => {
    const retry = retryFor(signal);
    return (request) => retry(recent.has(id) ? WITHIN_WINDOW : CONSISTENT, request);
  };
  const aliasesFor = (signal: AbortSignal): Aliases => aliases(calls, recent, retryFor(signal), signal);

  return {
    async createVersion(target, _material, signal) {
      const answer = await retryFor(signal)(CREATE, () => calls.createKey(newKey(target), signal));
      const remoteId = answer.KeyMetadata?.KeyId;
      const account = answer.KeyMetadata && accountOf(answer.KeyMetadata, region);
      if (remoteId === undefined || account === undefined) {
        throw new ProviderError('unavailable', 'CreateKey: the response has no key ID with a matching ARN', {
          call: 'CreateKey',
          ambiguous: true,
        });
      }
      accountId = account;
      recent.add(remoteId);
      attempts.set(remoteId, target.attempt);
      return { remoteId, imported: false, account, ...receiptOf(answer) };
    },

    async account(signal, refresh = false) {
      if (!refresh && accountId !== undefined) return accountId;
      const retry = retryWithin(ACCOUNT_MS, dependencies, signal);
      const page = await undefinedOn(['forbidden'], () =>
        retry(CONSISTENT, () => calls.listAliases({ Limit: 1 }, signal)),
      );
      const [alias] = page?.Aliases ?? [];
      const reported = alias && accountIn(alias.AliasArn, region, alias.AliasName ?? '');
      accountId = reported ?? accountId;
      return reported;
    },

    readLabels,

    inspect(remoteId, signal) {
      requireKeyId('DescribeKey', remoteId);
      const names = (id: string): Promise<readonly string[]> => aliasesFor(signal).of(id);
      const retry = retryOn(remoteId, signal);
      const labels = (id: string): Promise<LabelAnswer> => readLabels(id, signal);
      return inspectKey({ calls, region, retry, labels, names }, remoteId, signal);
    },

    async findVersion({ attempt }, signal) {
      const result = await findByTag(calls, dependencies, { key: ATTEMPT_LABEL, value: attempt }, attempts, signal);
      if (result.outcome === 'found') for (const id of result.remoteIds) recent.add(id);
      return result;
    },

    async importMaterial(_target, remoteId, material, signal) {
      requireKeyId('ImportKeyMaterial', remoteId);
      const answer = await importMaterial(calls, retryOn(remoteId, signal), remoteId, material, signal);
      recent.add(remoteId);
      return receiptOf(answer);
    },

    async setEnabled(_target, remoteId, enabled, signal) {
      requireKeyId(enabled ? 'EnableKey' : 'DisableKey', remoteId);
      const call = enabled ? calls.enableKey : calls.disableKey;
      return receiptOf(await retryOn(remoteId, signal)(() => call({ KeyId: remoteId }, signal)));
    },

    async setCurrent({ distributedName }, remoteId, claim, signal) {
      requireKeyId('UpdateAlias', remoteId);
      return aliasesFor(signal).point(aliasOf(distributedName), remoteId, claim);
    },

    removeName: (distributedName, ours, signal) => aliasesFor(signal).remove(aliasOf(distributedName), ours),

    async removeVersion(remoteId, signal) {
      requireKeyId('ScheduleKeyDeletion', remoteId);
      const schedule = (): ReturnType<Calls['scheduleKeyDeletion']> =>
        calls.scheduleKeyDeletion({ KeyId: remoteId }, signal);
      const retry = retryOn(remoteId, signal);
      const removed = (answer: Answer | undefined): Removal => ({ outcome: 'removed', ...receiptOf(answer) });
      // Deletion takes at least seven days, so a KMS key within the consistency window exists even if it is not found.
      if (recent.has(remoteId)) {
        return removed(await undefinedOn(['pending_deletion'], () => retry(schedule)));
      }
      try {
        // A previous process may have created it within the consistency window.
        const retryNotFound = retryWithin(UNKNOWN_AGE_MS, dependencies, signal);
        return removed(
          await undefinedOn(['pending_deletion'], () => retry(() => retryNotFound(UNKNOWN_AGE, schedule))),
        );
      } catch (error) {
        if (error instanceof ProviderError && error.reason === 'not_found') {
          return { outcome: 'unknown', ...receiptOf(undefined) };
        }
        throw error;
      }
    },

    observeVersion: (remoteId, signal) => observeKey(calls, remoteId, signal),

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

    probePermissions: (signal) => probePermissions(calls, CHECK_MS, signal),

    close: () => {
      calls.close();
    },
  };

  async function readLabels(KeyId: string, signal: AbortSignal): Promise<LabelAnswer> {
    requireKeyId('ListResourceTags', KeyId);
    return readTags(() => retryOn(KeyId, signal)(() => calls.listResourceTags({ KeyId }, signal)));
  }
}

function newKey(target: VersionTarget): Parameters<Calls['createKey']>[0] {
  const tags = { ...target.labels, [ATTEMPT_LABEL]: target.attempt };
  return {
    Origin: 'EXTERNAL',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    Description: `Vault key management: ${target.distributedName}, version ${target.version}`,
    Tags: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
  };
}
