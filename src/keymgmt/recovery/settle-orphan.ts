import type { BackendContext } from '../../logical/index.ts';
import type { Removal } from '../../providers/port.ts';
import { distributionName } from '../distribution/distribution-store.ts';
import { logChange } from '../distribution/log-change.ts';
import { orphanOf, type RecordedOrphan } from '../distribution/orphans.ts';
import { orphanName } from '../distribution/orphan-store.ts';
import type { Mount } from '../mount.ts';
import { isUnreachable } from '../provider-failure.ts';
import type { Outcome } from './rounds.ts';

/**
 * Looks for a possible orphan again: one that is found is scheduled for deletion, one that is known to be gone is
 * forgotten, and what cannot be told stays on record.
 */
export async function settleOrphan(
  mount: Mount,
  context: BackendContext,
  kms: string,
  attempt: string,
): Promise<Outcome> {
  const { storage, signal } = context;
  const orphan = await orphanOf(mount, context, kms, attempt);
  if (!orphan) return 'done';
  // Under the key's lock: a run that was cut short may still adopt the object that the orphan speaks of.
  return mount.keyLock.run(
    orphan.key,
    async () => {
      const settled = await isSettled(mount, context, kms, orphan);
      if (settled === 'unreachable') return settled;
      if (settled) await mount.orphans.delete(storage, orphanName(kms, attempt), signal);
      return 'done';
    },
    signal,
  );
}

async function isSettled(
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
    if (!kms) return false;
    return await mount.clients.use(kmsName, kms, async (client) => {
      const { name: distributedName, version, labels, remote_id } = orphan;
      const log = (remoteId: string, removal: Removal): void => {
        logChange(mount, { kms: kmsName, key }, { step: 'remove_orphan', version, remoteId }, removal);
      };
      const isOld = !mount.consistency.isYoung(orphan.since);
      if (remote_id !== undefined) {
        // Its id is known, so there is nothing to look for; what is gone counts as removed once that can be believed.
        log(remote_id, await client.removeVersion(remote_id, signal));
        return isOld;
      }
      const result = await client.findVersion({ distributedName, version, attempt, labels }, signal);
      if (result.outcome === 'unknown') return false;
      if (result.outcome === 'absent') return isOld;
      log(result.remoteId, await client.removeVersion(result.remoteId, signal));
      return true;
    });
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = error instanceof Error ? error.message : 'unknown';
    mount.logger.warn('could not look for a possible orphan', { kms: kmsName, attempt, reason });
    return isUnreachable(error) && 'unreachable';
  }
}
