import { ProviderError } from '../errors.ts';
import { ATTEMPT_LABEL, type KmsClient, type LabelAnswer, type Removal, type VersionTarget } from '../port.ts';
import { aliases, aliasOf, type Aliases } from './aliases.ts';
import type { Answer, Calls } from './calls.ts';
import { checkPermissions } from './check-permissions.ts';
import { findByLabel } from './find-by-label.ts';
import { findByTag } from './find-by-tag.ts';
import { freshCmks } from './fresh-cmks.ts';
import { accountIn, requireKeyId } from './ids.ts';
import { importMaterial } from './import-material.ts';
import { accountOf, inspectKey } from './inspect.ts';
import { observeCmk, unseen } from './observe.ts';
import { readTags } from './read-tags.ts';
import { receiptOf } from './receipt.ts';
import { CREATE, DOUBTED, FRESH, retryWithin, SETTLED, type Retry, type RetryDependencies } from './retry.ts';
import { unless } from './unless.ts';

/** With the last request's own limit this stays below the minute that Vault's clients wait for an answer. */
const BUDGET_MS = 45_000;

/** Less than the 20 seconds after which a check has to be answered. */
const CHECK_MS = 18_000;

/** How long a CMK of unknown age is looked for before it counts as gone. */
const DOUBT_MS = 2_000;

/** Telling the account is worth waiting this long for. */
const ACCOUNT_MS = 5_000;

/** The adapter's client: a CMK with imported material per version, an alias per distributed key. */
export function awsClient(calls: Calls, region: string, dependencies: RetryDependencies): KmsClient {
  const fresh = freshCmks(dependencies.clock);
  let accountId: string | undefined;
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
      const account = answer.KeyMetadata && accountOf(answer.KeyMetadata, region);
      if (remoteId === undefined || account === undefined) {
        throw new ProviderError('unavailable', 'CreateKey: the answer holds no key id with an ARN that agrees', {
          call: 'CreateKey',
          ambiguous: true,
        });
      }
      accountId = account;
      fresh.add(remoteId);
      attempts.set(remoteId, target.attempt);
      return { remoteId, imported: false, account, ...receiptOf(answer) };
    },

    async account(signal, afresh = false) {
      if (!afresh && accountId !== undefined) return accountId;
      const retry = retryWithin(ACCOUNT_MS, dependencies, signal);
      const page = await unless(['forbidden'], () => retry(SETTLED, () => calls.listAliases({ Limit: 1 }, signal)));
      const [alias] = page?.Aliases ?? [];
      const told = alias && accountIn(alias.AliasArn, region, alias.AliasName ?? '');
      accountId = told ?? accountId;
      return told;
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
      if (result.outcome === 'found') for (const id of result.remoteIds) fresh.add(id);
      return result;
    },

    async importMaterial(_target, remoteId, material, signal) {
      requireKeyId('ImportKeyMaterial', remoteId);
      const answer = await importMaterial(calls, retryOn(remoteId, signal), remoteId, material, signal);
      fresh.add(remoteId);
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

  async function readLabels(KeyId: string, signal: AbortSignal): Promise<LabelAnswer> {
    requireKeyId('ListResourceTags', KeyId);
    return readTags(() => retryOn(KeyId, signal)(() => calls.listResourceTags({ KeyId }, signal)));
  }
}

function newCmk(target: VersionTarget): Parameters<Calls['createKey']>[0] {
  const tags = { ...target.labels, [ATTEMPT_LABEL]: target.attempt };
  return {
    Origin: 'EXTERNAL',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    Description: `Vault key management: ${target.distributedName}, version ${target.version}`,
    Tags: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
  };
}
