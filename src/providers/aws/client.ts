import { wrapRsaOaepSha256 } from '../../crypto/wrap-rsa-oaep.ts';
import type { KeyMaterial } from '../../crypto/key-material.ts';
import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import type { AccountCheck, KmsClient, VersionTarget } from '../port.ts';
import type { Calls } from './calls.ts';
import { checkPermissions } from './check-permissions.ts';
import { findByTag } from './find-by-tag.ts';
import { observeCmk, unseen } from './observe.ts';
import { withRetry, type RetryDependencies, type RetryPolicy } from './retry.ts';

/** CMKs younger than this may be unknown to parts of AWS KMS ("in some cases several minutes"). */
const FRESH_MS = 5 * 60_000;

const TRANSIENT: readonly ProviderErrorReason[] = ['throttled', 'unavailable', 'timeout'];

/** Nothing was made when AWS throttles; after any other failure something may have been. */
const CREATE: RetryPolicy = { reasons: ['throttled'], firstWaitMs: 500, maxWaitMs: 4_000, budgetMs: 30_000 };
const SETTLED: RetryPolicy = { reasons: TRANSIENT, firstWaitMs: 250, maxWaitMs: 4_000, budgetMs: 30_000 };
/** Right after a CMK is made or filled, calls may still see it missing or in its old state. */
const FRESH: RetryPolicy = { ...SETTLED, reasons: [...TRANSIENT, 'not_found', 'invalid_state'] };

/** Tag that an attempt is found by. */
export const ATTEMPT_TAG = 'vault-keymgmt-attempt';

/** The adapter's client: a CMK with imported material per version, an alias per distributed key. */
export function awsClient(calls: Calls, credentials: AccountCheck['credentials'], retry: RetryDependencies): KmsClient {
  const createdAt = new Map<string, number>();
  const run = <T>(remoteId: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> => {
    const isFresh = retry.clock.now() - (createdAt.get(remoteId) ?? -Infinity) < FRESH_MS;
    return withRetry(isFresh ? FRESH : SETTLED, retry, signal, call);
  };
  const settled = <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> =>
    withRetry(SETTLED, retry, signal, call);

  return {
    async createVersion(target, _material, signal) {
      const { KeyMetadata } = await withRetry(CREATE, retry, signal, () => calls.createKey(newCmk(target)));
      const remoteId = KeyMetadata?.KeyId;
      if (remoteId === undefined) {
        throw new ProviderError('unavailable', 'CreateKey: the answer holds no key id', {
          call: 'CreateKey',
          ambiguous: true,
        });
      }
      createdAt.set(remoteId, retry.clock.now());
      return { remoteId, imported: false };
    },

    findVersion: ({ attempt }, signal) => findByTag(calls, retry, { key: ATTEMPT_TAG, value: attempt }, signal),

    importMaterial: (_target, remoteId, material, signal) =>
      importMaterial(calls, (call) => run(remoteId, signal, call), remoteId, material, signal),

    async setEnabled(_target, remoteId, enabled, signal) {
      const call = enabled ? calls.enableKey : calls.disableKey;
      await run(remoteId, signal, () => call({ KeyId: remoteId }, signal));
    },

    async setCurrent({ distributedName }, remoteId, { owned, ours }, signal) {
      const alias = { AliasName: aliasOf(distributedName), TargetKeyId: remoteId };
      const update = (): Promise<unknown> => run(remoteId, signal, () => calls.updateAlias(alias, signal));
      // A missing alias and a missing CMK look the same; CreateAlias tells them apart.
      if (owned && (await unless(['not_found'], update)) !== undefined) return;
      try {
        await run(remoteId, signal, () => calls.createAlias(alias, signal));
      } catch (error) {
        if (!isReason(error, 'already_exists')) throw error;
        // The name is taken: by an earlier version of this key, or by a stranger, whose alias must stay his.
        if ((await aliasHolder(alias.AliasName, ours, signal)) === undefined) throw error;
        await update();
      }
    },

    async removeName(distributedName, ours, signal) {
      const AliasName = aliasOf(distributedName);
      if ((await aliasHolder(AliasName, ours, signal)) === undefined) return;
      await unless(['not_found'], () => settled(signal, () => calls.deleteAlias({ AliasName }, signal)));
    },

    async removeVersion(remoteId, signal) {
      await unless(['not_found', 'pending_deletion'], () =>
        settled(signal, () => calls.scheduleKeyDeletion({ KeyId: remoteId }, signal)),
      );
    },

    observeVersion: (remoteId, signal) => observeCmk(calls, remoteId, signal),

    async observeName(distributedName, ours, signal) {
      try {
        return { outcome: 'seen', remoteId: await aliasHolder(aliasOf(distributedName), ours, signal) };
      } catch (error) {
        return unseen(error, signal);
      }
    },

    checkAccount: (signal) => checkPermissions(calls, credentials, signal),

    close: () => {
      calls.close();
    },
  };

  /** The one of these CMKs that has the alias. */
  async function aliasHolder(alias: string, ids: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    // The latest versions are the likeliest holders.
    for (const KeyId of [...ids].reverse()) {
      const names = await unless(['not_found'], () => settled(signal, () => aliasesOf(KeyId, signal)));
      if (names?.includes(alias)) return KeyId;
    }
    return undefined;
  }

  async function aliasesOf(KeyId: string, signal: AbortSignal): Promise<readonly string[]> {
    const names: string[] = [];
    let Marker: string | undefined;
    do {
      const page = await calls.listAliases({ KeyId, ...(Marker === undefined ? {} : { Marker }) }, signal);
      names.push(...(page.Aliases ?? []).flatMap(({ AliasName }) => AliasName ?? []));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    return names;
  }
}

/** The alias of a distributed key, as Vault's documentation names it. */
export function aliasOf(distributedName: string): string {
  return `alias/hashicorp/${distributedName}`;
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

/**
 * Imports material as AWS documents it (Importing key material, steps 2 to 4): a public key and an import token that
 * belong together, the material wrapped with RSAES_OAEP_SHA_256, no expiry. The same material may be imported again.
 */
async function importMaterial(
  calls: Calls,
  run: <T>(call: () => Promise<T>) => Promise<T>,
  KeyId: string,
  material: KeyMaterial,
  signal: AbortSignal,
): Promise<void> {
  const { PublicKey, ImportToken } = await run(() =>
    calls.getParametersForImport(
      { KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_4096' },
      signal,
    ),
  );
  if (PublicKey === undefined || ImportToken === undefined) {
    throw new ProviderError('unavailable', 'GetParametersForImport: the answer holds no wrapping key', {
      call: 'GetParametersForImport',
    });
  }
  const EncryptedKeyMaterial = wrapRsaOaepSha256(PublicKey, material.bytes());
  await run(() =>
    calls.importKeyMaterial(
      { KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' },
      signal,
    ),
  );
}

/** The call's answer, or undefined when it fails for one of these reasons. */
async function unless<T>(reasons: readonly ProviderErrorReason[], call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProviderError && reasons.includes(error.reason)) return undefined;
    throw error;
  }
}

function isReason(error: unknown, reason: ProviderErrorReason): boolean {
  return error instanceof ProviderError && error.reason === reason;
}
