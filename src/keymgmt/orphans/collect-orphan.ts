import type { BackendContext } from '../../logical/index.ts';
import { knownIds } from '../records/distribution.ts';
import { distributionName } from '../records/distribution-store.ts';
import { orphanOf, removeOrphan, type RecordedOrphan } from './orphans.ts';
import { driverOf, endpointOf } from '../records/kms.ts';
import { orphanName } from '../records/orphan.ts';
import { findAttempt } from './find-attempt.ts';
import { changeKey } from '../held-key.ts';
import type { Mount } from '../mount.ts';
import { isUnreachable } from '../provider-failure.ts';
import { reasonOf } from '../../support/reason-of.ts';

/**
 * Looks for a possible orphan again: one that is found and proven to be unused and ours is scheduled for deletion, one that
 * is known to be gone is forgotten. What cannot be told, and what may be in use, stays on record for a person.
 */
export async function collectOrphan(
  mount: Mount,
  context: BackendContext,
  kms: string,
  attempt: string,
): Promise<'done' | 'unreachable'> {
  const { storage, signal } = context;
  const orphan = await orphanOf(mount, context, kms, attempt);
  if (!orphan) return 'done';
  // Under the key's lock: a run that was cut short may still adopt the object that the orphan speaks of.
  return changeKey(mount, context, orphan.key, async () => {
    const resolved = await isResolved(mount, context, kms, orphan);
    if (resolved === 'unreachable') return resolved;
    if (resolved) await mount.orphans.delete(storage, orphanName(kms, attempt), signal);
    return 'done';
  });
}

async function isResolved(
  mount: Mount,
  context: BackendContext,
  kmsName: string,
  orphan: RecordedOrphan,
): Promise<boolean | 'unreachable'> {
  const { storage, signal } = context;
  const { attempt, key } = orphan;
  try {
    const distribution = await mount.distributions.get(storage, distributionName({ kms: kmsName, key }), signal);
    const owner = Object.values(distribution?.versions ?? {}).find((version) => version.attempt === attempt);
    if (owner) return owner.state !== 'creating';
    const kms = await mount.kms.get(storage, kmsName, signal);
    if (!kms || orphan.remote_id !== undefined) return false;
    return await mount.clients.use(kmsName, kms, async (client) => {
      const { name: distributedName, version, labels, since } = orphan;
      // One that was recorded before its KMS held anything is where the first key went.
      const account = orphan.account ?? kms.account;
      const endpoint = endpointOf(mount.drivers, kms);
      if (orphan.endpoint !== undefined && orphan.endpoint !== endpoint) {
        throw new Error(`its attempt went to ${orphan.endpoint}, and requests go to ${endpoint} now`);
      }
      const present = account === undefined ? undefined : await client.account(signal, true);
      if (present !== account) throw new Error(`it is in account ${account ?? ''}, and the credentials are not`);
      const { consistencyWindowMs: windowMs } = driverOf(mount.drivers, kms);
      const lost = { distributedName, version, attempt, labels, since, account };
      const owned = distribution ? knownIds(distribution) : [];
      const result = await findAttempt(client, lost, { owned, target: undefined, windowMs }, signal);
      if (result.outcome === 'absent') return !mount.consistency.isWithin(since, windowMs);
      if (result.outcome === 'unknown') {
        await keepSuspects(mount, context, kmsName, orphan, result.why, result.suspects);
        return false;
      }
      const { id } = result;
      if (id !== undefined) await removeOrphan(mount, client, { kms: kmsName, key }, { version, remoteId: id }, signal);
      return true;
    });
  } catch (error) {
    if (signal.aborted) throw error;
    mount.logger.warn('could not look for a possible orphan', { kms: kmsName, attempt, reason: reasonOf(error) });
    return isUnreachable(error) && 'unreachable';
  }
}

/**
 * Writes down what was found last, so that a person who looks at the possible orphans knows where to look. A search that
 * may not look finds nothing, and proves nothing of what was known before.
 */
async function keepSuspects(
  mount: Mount,
  { storage, signal }: BackendContext,
  kms: string,
  { attempt, ...orphan }: RecordedOrphan,
  reason: string,
  last: readonly string[],
): Promise<void> {
  const suspects = last.length === 0 ? (orphan.suspects ?? []) : last;
  if (orphan.reason === reason && (orphan.suspects ?? []).join() === suspects.join()) return;
  // It was read before the lock was taken: a person may have dismissed it since.
  if ((await mount.orphans.get(storage, orphanName(kms, attempt), signal)) === undefined) return;
  const { suspects: _former, ...rest } = orphan;
  const found = suspects.length === 0 ? {} : { suspects: [...suspects] };
  await mount.orphans.put(storage, orphanName(kms, attempt), { ...rest, reason, ...found }, signal);
}
