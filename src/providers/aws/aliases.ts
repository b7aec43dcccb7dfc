import { ProviderError } from '../errors.ts';
import type { NameClaim, NameObservation, NameReceipt, Receipt } from '../port.ts';
import type { Answer, Calls } from './calls.ts';
import type { FreshCmks } from './fresh-cmks.ts';
import { isKeyId } from './ids.ts';
import { labelsOf, readTags } from './read-tags.ts';
import { receiptOf } from './receipt.ts';
import { pageMarkers } from './page-markers.ts';
import { CREATE, FRESH, SETTLED, type Retry, type RetryPolicy } from './retry.ts';
import { unless } from './unless.ts';

const ALIAS_PREFIX = 'alias/hashicorp/';

/** The alias of a distributed key, as Vault's documentation names it. */
export function aliasOf(distributedName: string): string {
  return `${ALIAS_PREFIX}${distributedName}`;
}

/** Of how many CMKs it is asked whether they have an alias, before it counts as somebody else's. */
const LIKELY_HOLDERS = 4;

/** The alias calls of one use of the adapter, which share a budget of time. */
export interface Aliases {
  /** Points an alias to a CMK, and takes it from another one where the claim allows that. */
  point(AliasName: string, TargetKeyId: string, claim: NameClaim): Promise<NameReceipt>;
  /** Deletes an alias that points to one of these CMKs. */
  remove(AliasName: string, ours: readonly string[]): Promise<Receipt>;
  /** The aliases of a KMS key, fifty at most. */
  of(KeyId: string): Promise<readonly string[]>;
  /** What an alias points to: one of these KMS keys, or another one with its tags. */
  observe(AliasName: string, ours: readonly string[]): Promise<Extract<NameObservation, { outcome: 'seen' }>>;
  /** Ids of the KMS keys that the engine's aliases in the account point to, by distributed name. */
  survey(): Promise<ReadonlyMap<string, string>>;
}

/** Aliases of an account that a survey looks through at most (100 a page). */
const MAX_SURVEY_PAGES = 500;

/** AWS's quota for one KMS key. Texts and records name them. */
const MOST_TOLD = 50;

export function aliases(calls: Calls, fresh: FreshCmks, retry: Retry, signal: AbortSignal): Aliases {
  const policyFor = (id: string): RetryPolicy => (fresh.has(id) ? FRESH : SETTLED);

  return {
    async point(AliasName, TargetKeyId, { owned, ours }) {
      const alias = { AliasName, TargetKeyId };
      const update = (policy: RetryPolicy): Promise<Answer> => retry(policy, () => calls.updateAlias(alias, signal));
      // A missing alias and a missing CMK look the same, so waiting waits for CreateAlias, which tells them apart.
      if (owned) {
        // Asked before, as the answer of UpdateAlias does not say where the alias was.
        const taken = await isElsewhere(AliasName, TargetKeyId, ours);
        const moved = await unless(['not_found'], () => update(SETTLED));
        if (moved !== undefined) return { ...receiptOf(moved), taken };
      }
      try {
        return {
          ...receiptOf(await retry(policyFor(TargetKeyId), () => calls.createAlias(alias, signal))),
          taken: false,
        };
      } catch (error) {
        if (!(error instanceof ProviderError) || error.reason !== 'already_exists') throw error;
        // The name is taken: by an earlier version of this key, or by a stranger, whose alias must stay his.
        if (!owned && (await holder(AliasName, ours)) === undefined) throw error;
        return { ...receiptOf(await update(policyFor(TargetKeyId))), taken: owned ? undefined : false };
      }
    },

    async remove(AliasName, ours) {
      if ((await holder(AliasName, ours)) === undefined) return receiptOf(undefined);
      return receiptOf(
        await unless(['not_found'], () => retry(SETTLED, () => calls.deleteAlias({ AliasName }, signal))),
      );
    },

    of: (KeyId) =>
      retry(policyFor(KeyId), async () => {
        const names: string[] = [];
        await someAlias(KeyId, (name) => names.push(name) === MOST_TOLD);
        return names;
      }),

    async observe(AliasName, ours) {
      const latest = ours.at(-1);
      // One call where the alias is where it should be. A KMS key that is not there has no alias.
      if (latest !== undefined) {
        const isThere = await unless(['not_found'], () =>
          retry(CREATE, () => someAlias(latest, (name) => name === AliasName)),
        );
        if (isThere === true) return { outcome: 'seen', remoteId: latest };
      }
      const id = await targetOf(AliasName);
      if (id === undefined || ours.includes(id)) return { outcome: 'seen', remoteId: id };
      const labels = labelsOf(await readTags(() => calls.listResourceTags({ KeyId: id }, signal)));
      return { outcome: 'seen', remoteId: undefined, other: { remoteId: id, labels } };
    },

    survey,
  };

  /** Id of the KMS key that an alias points to, whichever it is; undefined when there is no such alias. */
  async function targetOf(AliasName: string): Promise<string | undefined> {
    try {
      const { KeyMetadata } = await retry(CREATE, () => calls.describeKey({ KeyId: AliasName }, signal));
      if (isKeyId(KeyMetadata?.KeyId)) return KeyMetadata.KeyId;
      throw new ProviderError('unavailable', 'DescribeKey: the answer holds no key id', { call: 'DescribeKey' });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.reason === 'not_found') return undefined;
      if (error.reason !== 'forbidden') throw error;
      // kms:DescribeKey is not among the documented permissions; kms:ListAliases is.
      return (await survey()).get(AliasName.slice(ALIAS_PREFIX.length));
    }
  }

  async function survey(): Promise<ReadonlyMap<string, string>> {
    const targets = new Map<string, string>();
    const following = pageMarkers('ListAliases');
    let Marker: string | undefined;
    for (let pages = 0; pages < MAX_SURVEY_PAGES; pages++) {
      const marker = Marker === undefined ? {} : { Marker };
      const page = await retry(CREATE, () => calls.listAliases({ Limit: 100, ...marker }, signal));
      for (const { AliasName, TargetKeyId } of page.Aliases ?? []) {
        if (AliasName?.startsWith(ALIAS_PREFIX) && isKeyId(TargetKeyId)) {
          targets.set(AliasName.slice(ALIAS_PREFIX.length), TargetKeyId);
        }
      }
      Marker = following(page.NextMarker);
      if (Marker === undefined) return targets;
    }
    throw new ProviderError('unavailable', 'ListAliases: too many aliases in the account to look through', {
      call: 'ListAliases',
    });
  }

  async function holder(AliasName: string, ours: readonly string[]): Promise<string | undefined> {
    // The latest versions are the likeliest holders.
    for (const KeyId of [...ours].reverse()) {
      // A fresh CMK that seems missing is not: nothing follows from that.
      const gone = fresh.has(KeyId) ? [] : (['not_found'] as const);
      if (await unless(gone, () => retry(policyFor(KeyId), () => someAlias(KeyId, (name) => name === AliasName))))
        return KeyId;
    }
    return undefined;
  }

  /** Whether an alias, if it exists, is not where ours should be; undefined where nobody can tell. Only the log asks. */
  async function isElsewhere(
    AliasName: string,
    TargetKeyId: string,
    ours: readonly string[],
  ): Promise<boolean | undefined> {
    const likely = ours.slice(-LIKELY_HOLDERS).reverse();
    try {
      for (const KeyId of likely) {
        if (await unless(['not_found'], () => someAlias(KeyId, (name) => name === AliasName))) return false;
      }
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return undefined;
    }
    // The list of a fresh CMK may not show its alias yet; the target has it only after a lost answer.
    return likely.some((KeyId) => KeyId !== TargetKeyId && fresh.has(KeyId)) ? undefined : true;
  }

  /** Keeps nothing of what it reads: whoever answers may go on for a thousand pages. */
  async function someAlias(KeyId: string, isWanted: (name: string) => boolean): Promise<boolean> {
    const following = pageMarkers('ListAliases');
    let Marker: string | undefined;
    do {
      const page = await calls.listAliases({ KeyId, ...(Marker === undefined ? {} : { Marker }) }, signal);
      if (page.Aliases?.some(({ AliasName }) => AliasName !== undefined && isWanted(AliasName))) return true;
      Marker = following(page.NextMarker);
    } while (Marker !== undefined);
    return false;
  }
}
