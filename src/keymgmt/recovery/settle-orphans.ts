import type { BackendContext } from '../../logical/index.ts';
import { CONSISTENCY_WINDOW_MS } from '../distribution/orphans.ts';
import type { Orphan } from '../distribution/orphan-store.ts';
import type { Mount } from '../mount.ts';

/**
 * Looks for the possible orphans again: one that is found is scheduled for deletion, one that is known not to exist is
 * forgotten, and what cannot be told stays on record.
 */
export async function settleOrphans(mount: Mount, context: BackendContext): Promise<void> {
  const { storage, signal } = context;
  for (const folder of await mount.orphans.list(storage, '', signal)) {
    for (const attempt of await mount.orphans.list(storage, folder, signal)) {
      const name = `${folder}${attempt}`;
      const orphan = await mount.orphans.get(storage, name, signal);
      if (!orphan || !(await isSettled(mount, context, folder.replace(/\/$/, ''), attempt, orphan))) continue;
      await mount.orphans.delete(storage, name, signal);
    }
  }
}

async function isSettled(
  mount: Mount,
  { storage, signal }: BackendContext,
  kmsName: string,
  attempt: string,
  orphan: Orphan,
): Promise<boolean> {
  const kms = await mount.kms.get(storage, kmsName, signal);
  if (!kms) return false;
  try {
    return await mount.clients.use(kmsName, kms, async (client) => {
      const { name: distributedName, version, labels } = orphan;
      const result = await client.findVersion({ distributedName, version, attempt, labels }, signal);
      if (result.outcome === 'unknown') return false;
      if (result.outcome === 'absent') return Date.parse(orphan.since) + CONSISTENCY_WINDOW_MS <= mount.clock.now();
      await client.removeVersion(result.remoteId, signal);
      mount.logger.info('scheduled an orphan for deletion', { kms: kmsName, remote_id: result.remoteId });
      return true;
    });
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = error instanceof Error ? error.message : 'unknown';
    mount.logger.warn('could not look for a possible orphan', { kms: kmsName, attempt, reason });
    return false;
  }
}
