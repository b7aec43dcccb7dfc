import { userError, type BackendContext } from '../../logical/index.ts';
import { LEFT_BEHIND } from '../orphans/left-behind.ts';
import { knownIds } from '../records/distribution.ts';
import { ATTEMPT_LABEL } from '../../providers/port.ts';
import type { ObjectFacts } from '../../providers/port.ts';
import { changeKey } from '../held-key.ts';
import { endpointOf } from '../records/kms.ts';
import type { Mount } from '../mount.ts';
import { providerFailure } from '../provider-failure.ts';
import { ProviderError } from '../../providers/errors.ts';
import { distributionName } from '../records/distribution-store.ts';
import { missingLabels } from '../records/labels.ts';
import { orphanName } from '../records/orphan.ts';
import { orphanOf, removeOrphan, type RecordedOrphan } from '../orphans/orphans.ts';

/** A possible orphan, by its attempt in a KMS. */
export interface OrphanRef {
  readonly kms: string;
  readonly attempt: string;
}

/**
 * Forgets a possible orphan without asking the KMS; what it made, if anything, stays there.
 *
 * @returns what was forgotten; undefined when there is no such record
 */
export async function dismissOrphan(
  mount: Mount,
  context: BackendContext,
  { kms, attempt }: OrphanRef,
): Promise<RecordedOrphan | undefined> {
  const { storage, signal } = context;
  const orphan = await orphanOf(mount, context, kms, attempt);
  // A record that cannot be read has no key to wait for.
  return changeKey(mount, context, orphan?.key ?? attempt, async () => {
    if (!(await mount.orphans.list(storage, `${kms}/`, signal)).includes(attempt)) return undefined;
    mount.logger.warn(LEFT_BEHIND.dismissed, {
      kms,
      attempt,
      ...(orphan && { key: orphan.key, version: orphan.version, tags: JSON.stringify(orphan.labels) }),
    });
    await mount.orphans.delete(storage, orphanName(kms, attempt), signal);
    return orphan;
  });
}

/**
 * Schedules the deletion of the object that a possible orphan speaks of, as a person has found out which it is, and that
 * nobody needs it. All that the engine can check is checked: that it carries the labels of the attempt, that it stands
 * in no record, that it is in the account of the keys, and that no name points to it, unless that is confirmed.
 *
 * @throws {BackendError} user_error that says what speaks against it
 */
export async function deleteOrphanObject(
  mount: Mount,
  context: BackendContext,
  ref: OrphanRef,
  { remoteId, confirmName }: { readonly remoteId: string; readonly confirmName: boolean },
): Promise<void> {
  const { storage, signal } = context;
  const { kms: kmsName, attempt } = ref;
  const found = await orphanOf(mount, context, kmsName, attempt);
  const kms = await mount.kms.get(storage, kmsName, signal);
  if (!found || !kms) throw unknownOrphan(ref);
  const endpoint = endpointOf(mount.drivers, kms);
  await changeKey(mount, context, found.key, async () => {
    const orphan = await orphanOf(mount, context, kmsName, attempt);
    if (!orphan) throw unknownOrphan(ref);
    if (orphan.endpoint !== undefined && orphan.endpoint !== endpoint) {
      throw userError(`the attempt went to ${orphan.endpoint}, and requests of KMS "${kmsName}" go to ${endpoint} now`);
    }
    await refuseRecorded(mount, context, kmsName, remoteId);
    try {
      await mount.clients.use(kmsName, kms, async (client) => {
        const facts = await client.inspect(remoteId, signal);
        const expected = orphan.account ?? kms.account;
        const account = facts?.account ?? (await client.account(signal, true));
        const objections = facts
          ? objectionsTo(facts, orphan, confirmName)
          : [`KMS "${kmsName}" does not know it: dismiss the possible orphan if it is gone`];
        if (expected !== undefined && account !== expected) {
          objections.push(`it is in account ${account ?? 'unknown'}, and the attempt was in account ${expected}`);
        }
        if (objections.length > 0) throw userError(`${remoteId} is not deleted: ${objections.join('; ')}`);
        const { key, version } = orphan;
        await removeOrphan(mount, client, { kms: kmsName, key }, { version, remoteId }, signal);
      });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      throw providerFailure(error.reason, `${remoteId} was not deleted: ${error.message}`, error);
    }
    await forgetObject(mount, context, kmsName, orphan, remoteId);
  });
}

function objectionsTo(facts: ObjectFacts, { labels, attempt }: RecordedOrphan, confirmName: boolean): string[] {
  const objections: string[] = [];
  if (facts.labels === undefined) {
    objections.push('its labels may not be read: delete it in the KMS itself, and dismiss the possible orphan');
  } else {
    const missing = missingLabels(facts.labels, { ...labels, [ATTEMPT_LABEL]: attempt });
    if (missing.length > 0) objections.push(`it does not carry the labels of the attempt (${missing.join(', ')})`);
  }
  const names = facts.names ?? ['a name that may not be read'];
  if (names.length > 0 && !confirmName) {
    objections.push(`${names.join(', ')} may point to it: it may be in use. Send confirm_alias=true as well if not`);
  }
  return objections;
}

/** @throws {BackendError} user_error for an object that a distribution of this mount has on record */
async function refuseRecorded(
  mount: Mount,
  { storage, signal }: BackendContext,
  kms: string,
  remoteId: string,
): Promise<void> {
  for (const key of await mount.distributions.list(storage, `${kms}/`, signal)) {
    const distribution = await mount.distributions.get(storage, distributionName({ kms, key }), signal);
    if (!distribution || !knownIds(distribution).includes(remoteId)) continue;
    throw userError(
      `${remoteId} belongs to key "${key}" in KMS "${kms}": it is deleted with the removal of the key only`,
    );
  }
}

async function forgetObject(
  mount: Mount,
  { storage, signal }: BackendContext,
  kms: string,
  { attempt, ...orphan }: RecordedOrphan,
  remoteId: string,
): Promise<void> {
  const others = (orphan.suspects ?? []).filter((id) => id !== remoteId);
  const name = orphanName(kms, attempt);
  if (others.length === 0) await mount.orphans.delete(storage, name, signal);
  else await mount.orphans.put(storage, name, { ...orphan, suspects: others }, signal);
}

function unknownOrphan({ kms, attempt }: OrphanRef): Error {
  return userError(`KMS "${kms}" has no possible orphan with the attempt "${attempt}": list kms/${kms}/orphan`);
}
