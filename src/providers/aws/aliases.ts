import { ProviderError } from '../errors.ts';
import type { LabelledObject } from '../observation.ts';
import type { Answer, Calls } from './calls.ts';
import type { RecentIds } from '../http/recent-ids.ts';
import { isKeyId } from './ids.ts';
import { labelsOf, readTags } from './read-tags.ts';
import { receiptOf, type Receipt } from './receipt.ts';
import { listPages } from './list-pages.ts';
import { CREATE, WITHIN_WINDOW, CONSISTENT, type Retry, type RetryPolicy } from '../http/retry.ts';
import { undefinedOn } from '../http/undefined-on.ts';

const ALIAS_PREFIX = 'alias/hashicorp/';

/** The alias of a distributed key, in the format of Vault's documentation. */
export function aliasOf(distributedName: string): string {
  return `${ALIAS_PREFIX}${distributedName}`;
}

/** How many of the latest KMS keys are checked for an alias before the log reports that it pointed elsewhere. */
const LIKELY_HOLDERS = 4;

/** What entitles the engine to an alias. */
export interface AliasClaim {
  /** The alias is known to have been set by the engine before: it is taken back, wherever it points now. */
  readonly owned: boolean;
  /** Ids of all KMS keys of this distribution, the likeliest holder last: an alias that points to one of them is ours. */
  readonly ours: readonly string[];
}

/** What an alias points to. */
export interface AliasTarget {
  /** One of the KMS keys that were asked for; undefined for any other, and where there is no such alias. */
  readonly id: string | undefined;
  /** Any other KMS key. */
  readonly holder?: LabelledObject;
}

/** The alias calls of one operation, which share a time budget. */
export interface Aliases {
  /**
   * Points an alias to a KMS key. Moves an existing alias if the claim allows it.
   *
   * @returns with `taken`: whether the alias pointed to a KMS key that is not ours; undefined where nobody could tell
   * @throws {ProviderError} already_exists for an alias that is somebody else's
   */
  point(
    AliasName: string,
    TargetKeyId: string,
    claim: AliasClaim,
  ): Promise<Receipt & { readonly taken: boolean | undefined }>;
  /** Deletes an alias if it points to one of these KMS keys. */
  remove(AliasName: string, ours: readonly string[]): Promise<Receipt>;
  /** Lists the aliases of a KMS key, 50 at most. */
  of(KeyId: string): Promise<readonly string[]>;
  /** Reads the target of an alias: one of these KMS keys, or another KMS key with its tags. */
  observe(AliasName: string, ours: readonly string[]): Promise<AliasTarget>;
  /** Lists the engine's aliases in the account: KMS key ID by distributed name. */
  survey(): Promise<ReadonlyMap<string, string>>;
}

/** Maximum number of pages that a survey reads, 100 aliases each. */
const MAX_SURVEY_PAGES = 500;

/** AWS's quota of aliases for one KMS key. A bound, because records and messages include them. */
const MAX_ALIASES_OF_KEY = 50;

export function aliases(calls: Calls, recent: RecentIds, retry: Retry, signal: AbortSignal): Aliases {
  const policyFor = (id: string): RetryPolicy => (recent.has(id) ? WITHIN_WINDOW : CONSISTENT);

  return {
    async point(AliasName, TargetKeyId, { owned, ours }) {
      const alias = { AliasName, TargetKeyId };
      const update = (policy: RetryPolicy): Promise<Answer> => retry(policy, () => calls.updateAlias(alias, signal));
      // UpdateAlias returns the same error for a missing alias and a missing KMS key; CreateAlias tells them apart, so only
      // that one retries on not_found.
      if (owned) {
        // Checked before the update, because UpdateAlias does not return the previous target.
        const taken = await isElsewhere(AliasName, TargetKeyId, ours);
        const moved = await undefinedOn(['not_found'], () => update(CONSISTENT));
        if (moved !== undefined) return { ...receiptOf(moved), taken };
      }
      try {
        return {
          ...receiptOf(await retry(policyFor(TargetKeyId), () => calls.createAlias(alias, signal))),
          taken: false,
        };
      } catch (error) {
        if (!(error instanceof ProviderError) || error.reason !== 'already_exists') throw error;
        // The alias exists. Move it only if it points to another version of this key.
        if (!owned && (await holder(AliasName, ours)) === undefined) throw error;
        return { ...receiptOf(await update(policyFor(TargetKeyId))), taken: owned ? undefined : false };
      }
    },

    async remove(AliasName, ours) {
      if ((await holder(AliasName, ours)) === undefined) return receiptOf(undefined);
      return receiptOf(
        await undefinedOn(['not_found'], () => retry(CONSISTENT, () => calls.deleteAlias({ AliasName }, signal))),
      );
    },

    of: (KeyId) =>
      retry(policyFor(KeyId), async () => {
        const names: string[] = [];
        await someAlias(KeyId, (name) => names.push(name) === MAX_ALIASES_OF_KEY);
        return names;
      }),

    async observe(AliasName, ours) {
      const latest = ours.at(-1);
      // One call in the usual case, where the alias points to the latest version. A missing KMS key has no alias.
      if (latest !== undefined) {
        const isThere = await undefinedOn(['not_found'], () =>
          retry(CREATE, () => someAlias(latest, (name) => name === AliasName)),
        );
        if (isThere === true) return { id: latest };
      }
      const id = await targetOf(AliasName);
      if (id === undefined || ours.includes(id)) return { id };
      const labels = labelsOf(await readTags(() => calls.listResourceTags({ KeyId: id }, signal)));
      return { id: undefined, holder: { remoteId: id, labels } };
    },

    survey,
  };

  /** Resolves to the ID of the KMS key that an alias points to; undefined if the alias does not exist. */
  async function targetOf(AliasName: string): Promise<string | undefined> {
    try {
      const { KeyMetadata } = await retry(CREATE, () => calls.describeKey({ KeyId: AliasName }, signal));
      if (isKeyId(KeyMetadata?.KeyId)) return KeyMetadata.KeyId;
      throw new ProviderError('unavailable', 'DescribeKey: the response has no key ID', { call: 'DescribeKey' });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.reason === 'not_found') return undefined;
      if (error.reason !== 'forbidden') throw error;
      // Vault's documentation lists kms:ListAliases among the required permissions, but not kms:DescribeKey.
      return (await survey()).get(AliasName.slice(ALIAS_PREFIX.length));
    }
  }

  async function survey(): Promise<ReadonlyMap<string, string>> {
    const targets = new Map<string, string>();
    let pages = 0;
    const all = listPages('ListAliases', async (marker) => {
      if (pages++ >= MAX_SURVEY_PAGES) {
        throw new ProviderError('unavailable', 'ListAliases: too many aliases in the account', {
          call: 'ListAliases',
        });
      }
      return retry(CREATE, () => calls.listAliases({ Limit: 100, ...marker }, signal));
    });
    for await (const { Aliases = [] } of all) {
      for (const { AliasName, TargetKeyId } of Aliases) {
        if (AliasName?.startsWith(ALIAS_PREFIX) && isKeyId(TargetKeyId)) {
          targets.set(AliasName.slice(ALIAS_PREFIX.length), TargetKeyId);
        }
      }
    }
    return targets;
  }

  async function holder(AliasName: string, ours: readonly string[]): Promise<string | undefined> {
    // The latest version usually has the alias.
    for (const KeyId of [...ours].reverse()) {
      // Within the consistency window, not_found does not prove that the KMS key is missing.
      const ignored = recent.has(KeyId) ? [] : (['not_found'] as const);
      if (
        await undefinedOn(ignored, () => retry(policyFor(KeyId), () => someAlias(KeyId, (name) => name === AliasName)))
      )
        return KeyId;
    }
    return undefined;
  }

  /** Whether the alias points to none of our latest KMS keys; undefined if unknown. Used for the log only. */
  async function isElsewhere(
    AliasName: string,
    TargetKeyId: string,
    ours: readonly string[],
  ): Promise<boolean | undefined> {
    const likely = ours.slice(-LIKELY_HOLDERS).reverse();
    try {
      for (const KeyId of likely) {
        if (await undefinedOn(['not_found'], () => someAlias(KeyId, (name) => name === AliasName))) return false;
      }
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return undefined;
    }
    // Within the consistency window, the alias may not be listed yet. The target has it only after a lost response.
    return likely.some((KeyId) => KeyId !== TargetKeyId && recent.has(KeyId)) ? undefined : true;
  }

  /** Whether a KMS key has an alias that matches. Keeps no page in memory: an endpoint may return a thousand. */
  async function someAlias(KeyId: string, isWanted: (name: string) => boolean): Promise<boolean> {
    const pages = listPages('ListAliases', (marker) => calls.listAliases({ KeyId, ...marker }, signal));
    for await (const { Aliases = [] } of pages) {
      if (Aliases.some(({ AliasName }) => AliasName !== undefined && isWanted(AliasName))) return true;
    }
    return false;
  }
}
