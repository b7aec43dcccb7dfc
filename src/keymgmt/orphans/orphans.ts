import { StorageError, type BackendContext, type JsonObject } from '../../logical/index.ts';
import { LEFT_BEHIND } from './left-behind.ts';
import { ATTEMPT_LABEL } from '../../providers/port.ts';
import type { KmsClient } from '../../providers/port.ts';
import { performLogged } from '../log-change.ts';
import type { LostAttempt } from './find-attempt.ts';
import type { Mount } from '../mount.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { orphanName, type Orphan } from '../records/orphan.ts';

/** A possible orphan with the attempt that its tag names. */
export interface RecordedOrphan extends Orphan {
  readonly attempt: string;
}

/** The possible orphans in a KMS. One whose record cannot be read is left out, as the others must not wait for it. */
export async function orphansOf(
  mount: Mount,
  context: BackendContext,
  kms: string,
): Promise<readonly RecordedOrphan[]> {
  const found: RecordedOrphan[] = [];
  for (const attempt of await mount.orphans.list(context.storage, `${kms}/`, context.signal)) {
    const orphan = await orphanOf(mount, context, kms, attempt);
    if (orphan) found.push(orphan);
  }
  return found;
}

/** One possible orphan; undefined where there is none, or where its record cannot be read, which the log says then. */
export async function orphanOf(
  mount: Mount,
  { storage, signal }: BackendContext,
  kms: string,
  attempt: string,
): Promise<RecordedOrphan | undefined> {
  try {
    const orphan = await mount.orphans.get(storage, orphanName(kms, attempt), signal);
    return orphan && { ...orphan, attempt };
  } catch (error) {
    if (error instanceof StorageError || signal.aborted) throw error;
    mount.logger.error('cannot read the record of a possible orphan', { kms, attempt });
    return undefined;
  }
}

/** A possible orphan as the API shows it: all that helps to find the object. */
export function describeOrphan(orphan: RecordedOrphan): JsonObject {
  const { attempt, key, version, name, since, reason, labels, remote_id, suspects = [], account, endpoint } = orphan;
  const ids = remote_id === undefined ? suspects : [remote_id, ...suspects];
  return {
    ...{ attempt, key, version, name, since, reason },
    ...(ids[0] === undefined ? {} : { remote_id: ids[0] }),
    ...(ids.length < 2 ? {} : { remote_ids: [...ids] }),
    ...(account === undefined ? {} : { account }),
    ...(endpoint === undefined ? {} : { endpoint }),
    tags: { ...labels, [ATTEMPT_LABEL]: attempt },
  };
}

/** What is recorded of a lost attempt that cannot be resolved. */
export interface LostObject {
  readonly reason: string;
  readonly suspects: readonly string[];
  readonly account: string | undefined;
  readonly endpoint: string | undefined;
}

/** Records a lost attempt as a possible orphan. */
export async function recordOrphan(
  mount: Mount,
  { storage, signal }: BackendContext,
  { key, kms }: DistributionRef,
  { attempt, version, distributedName, labels, since }: Omit<LostAttempt, 'account'>,
  { reason, suspects, account, endpoint }: LostObject,
): Promise<void> {
  const orphan: Orphan = {
    schema: 1,
    ...{ key, version, name: distributedName, since, labels, reason },
    ...(suspects.length === 0 ? {} : { suspects: [...suspects] }),
    ...(account === undefined ? {} : { account }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  await mount.orphans.put(storage, orphanName(kms, attempt), orphan, signal);
  mount.events.send('orphan', { key, kms, version, attempt });
  mount.logger.warn(LEFT_BEHIND.attempt, { key, kms, version, attempt, reason });
}

/** Schedules the deletion of the object of an orphan, and logs it. @throws {ProviderError} when the KMS refuses */
export async function removeOrphan(
  mount: Mount,
  client: KmsClient,
  ref: DistributionRef,
  { version, remoteId }: { readonly version: number; readonly remoteId: string },
  signal: AbortSignal,
): Promise<void> {
  await performLogged(mount, ref, { step: 'remove_orphan', version, remoteId }, () =>
    client.removeObject(remoteId, signal),
  );
}
