import { ifAllowed } from '../http/if-allowed.ts';
import type { KeyMetadata } from '@aws-sdk/client-kms';
import { ProviderError } from '../errors.ts';
import type { LabelAnswer, ObjectFacts } from '../port.ts';
import type { Calls } from './calls.ts';
import { accountIn, isKeyId } from './ids.ts';

/** The calls of one inspection, which share a time budget. */
export interface InspectCalls {
  readonly calls: Pick<Calls, 'describeKey'>;
  readonly region: string;
  readonly retry: <T>(request: () => Promise<T>) => Promise<T>;
  /** Reads the tags of a KMS key. */
  readonly labels: (id: string) => Promise<LabelAnswer>;
  /** Lists the aliases of a KMS key. */
  readonly names: (id: string) => Promise<readonly string[]>;
}

/** Reads the metadata, tags and aliases of one KMS key (`DescribeKey`, `ListResourceTags`, `ListAliases`). */
export async function inspectKey(
  { calls, region, retry, labels, names }: InspectCalls,
  KeyId: string,
  signal: AbortSignal,
): Promise<ObjectFacts | undefined> {
  const unreadable: string[] = [];
  const allowed = ifAllowed(unreadable);
  try {
    const described = await allowed(() => retry(() => calls.describeKey({ KeyId }, signal)));
    const tags = await labels(KeyId);
    if (tags.outcome === 'unknown') return undefined;
    if (tags.outcome === 'forbidden') unreadable.push(tags.why);
    const aliases = await allowed(() => names(KeyId));
    const metadata = described?.KeyMetadata;
    return {
      account: metadata && accountOf(metadata, region),
      labels: tags.outcome === 'seen' ? tags.labels : undefined,
      names: aliases,
      createdAt: metadata?.CreationDate?.getTime(),
      state: metadata && stateOf(metadata),
      unreadable,
    };
  } catch (error) {
    if (error instanceof ProviderError && error.reason === 'not_found') return undefined;
    throw error;
  }
}

/** The account ID in the ARN of a described KMS key; undefined if key ID and ARN do not match. */
export function accountOf({ KeyId, Arn }: Pick<KeyMetadata, 'KeyId' | 'Arn'>, region: string): string | undefined {
  return isKeyId(KeyId) ? accountIn(Arn, region, `key/${KeyId}`) : undefined;
}

function stateOf(metadata: KeyMetadata): NonNullable<ObjectFacts['state']> {
  const { Origin, KeyState, CurrentKeyMaterialId, ExpirationModel, ValidTo } = metadata;
  if (KeyState === 'PendingDeletion' || KeyState === 'PendingReplicaDeletion') return 'pending_deletion';
  // A KMS key is PendingImport after its material is deleted, too, but then it keeps the material ID.
  const neverImported = CurrentKeyMaterialId === undefined && ExpirationModel === undefined && ValidTo === undefined;
  const isEmpty = Origin === 'EXTERNAL' && KeyState === 'PendingImport' && neverImported;
  return isEmpty ? 'unused' : 'used';
}
