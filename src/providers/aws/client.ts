import { ProviderError } from '../errors.ts';
import type { Attempt } from '../attempt.ts';
import { ATTEMPT_LABEL } from '../port.ts';
import type { Candidate, KmsClient, LabelAnswer, Target } from '../port.ts';
import { HOME } from '../step.ts';
import { aliases, type Aliases } from './aliases.ts';
import type { Calls } from './calls.ts';
import { probePermissions } from './probe-permissions.ts';
import { findByLabel } from './find-by-label.ts';
import { findByTag } from './find-by-tag.ts';
import { recentIds } from '../http/recent-ids.ts';
import { accountIn, requireKeyId } from './ids.ts';
import { accountOf, inspectKey } from './inspect.ts';
import { unseen } from '../http/unseen.ts';
import { observeAll, observeName } from './observe.ts';
import { performStep, removeKey, type Steps } from './perform.ts';
import { readTags } from './read-tags.ts';
import { performed } from './receipt.ts';
import { CREATE, WITHIN_WINDOW, retryWithin, CONSISTENT, type Retry, type RetryDependencies } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';

/** AWS KMS is eventually consistent: "usually less than a few seconds, in some cases several minutes" (Developer Guide). */
export const CONSISTENCY_WINDOW_MS = 5 * 60_000;

/** Together with the timeout of the last request, less than the 60 seconds after which Vault's clients give up. */
const BUDGET_MS = 45_000;

/** Less than the 20 seconds within which a check must respond. */
const CHECK_MS = 18_000;

/** Time budget for reading the account ID. */
const ACCOUNT_MS = 5_000;

/** The AWS KMS client: one KMS key with imported key material per version, one alias per distributed key. */
export function awsClient(calls: Calls, region: string, dependencies: RetryDependencies): KmsClient {
  const recent = recentIds(dependencies.clock, CONSISTENCY_WINDOW_MS);
  let accountId: string | undefined;
  const attempts = new Map<string, string>();
  const retryFor = (signal: AbortSignal): Retry => retryWithin(BUDGET_MS, dependencies, signal);
  const retryOn = (id: string, signal: AbortSignal): (<T>(request: () => Promise<T>) => Promise<T>) => {
    const retry = retryFor(signal);
    return (request) => retry(recent.has(id) ? WITHIN_WINDOW : CONSISTENT, request);
  };
  const stepsFor = (signal: AbortSignal): Steps => ({
    calls,
    aliases: aliasesFor(signal),
    recent,
    dependencies,
    retry: (id) => retryOn(id, signal),
    signal,
  });
  const aliasesFor = (signal: AbortSignal): Aliases => aliases(calls, recent, retryFor(signal), signal);

  return {
    async create(_step, attempt, target, signal) {
      const answer = await retryFor(signal)(CREATE, () => calls.createKey(newKey(attempt, target), signal));
      const id = answer.KeyMetadata?.KeyId;
      const account = answer.KeyMetadata && accountOf(answer.KeyMetadata, region);
      if (id === undefined || account === undefined) {
        throw new ProviderError('unavailable', 'CreateKey: the response has no key ID with a matching ARN', {
          call: 'CreateKey',
          ambiguous: true,
        });
      }
      accountId = account;
      recent.add(id);
      attempts.set(id, attempt.attempt);
      const { version } = attempt;
      return performed(
        answer,
        { of: 'account', account },
        { of: 'version', version, place: HOME, id, state: 'created' },
      );
    },

    perform: (step, target, signal) => performStep(stepsFor(signal), step, target),

    removeObject: (remoteId, signal) =>
      removeKey(stepsFor(signal), remoteId, (state) => ({ of: 'replaced', id: remoteId, state })),

    async find({ attempt, version }, _target, signal) {
      const result = await findByTag(calls, dependencies, { key: ATTEMPT_LABEL, value: attempt }, attempts, signal);
      if (result.outcome !== 'found') return result;
      for (const id of result.ids) recent.add(id);
      const candidates = result.ids.map((id): Candidate => ({
        id,
        seen: [{ of: 'version', version, place: HOME, id, state: 'created' }],
      }));
      return { outcome: 'found', candidates };
    },

    observe: (target, signal) => observeAll({ calls, aliases: aliasesFor(signal), region }, target, signal),

    observeName: (target, _place, signal) => observeName(aliasesFor(signal), target, signal),

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

function newKey({ attempt, version, distributedName }: Attempt, target: Target): Parameters<Calls['createKey']>[0] {
  const tags = { ...target.labels(version), [ATTEMPT_LABEL]: attempt };
  return {
    Origin: 'EXTERNAL',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    Description: `Vault key management: ${distributedName}, version ${version}`,
    Tags: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
  };
}
