import type { BackendContext } from '../../logical/index.ts';
import { rfc3339 } from '../../support/clock.ts';
import type { HeldKey } from '../held-key.ts';
import type { Mount } from '../mount.ts';
import type { KeyChange } from '../records/key-change.ts';

/** Records that a key is about to be created or deleted. */
export async function beginKeyChange(
  mount: Mount,
  { storage, signal }: BackendContext,
  { name }: HeldKey,
  change: Pick<KeyChange, 'change' | 'latest_version'>,
): Promise<void> {
  await mount.keyChanges.put(storage, name, { schema: 1, ...change, since: rfc3339(mount.clock.now()) }, signal);
}

/**
 * Brings an interrupted creation or deletion to its end: without a record of the key, what is left of it is deleted.
 */
export async function endKeyChange(mount: Mount, context: BackendContext, { name }: HeldKey): Promise<void> {
  const { storage, signal } = context;
  const change = await mount.keyChanges.get(storage, name, signal);
  if (!change) return;
  const key = await mount.keys.get(storage, name, signal);
  // A key of more versions than one was whole once: its creation ended, and it is its record that is missing.
  const isLeftOver = change.change === 'deletion' || (await highestVersion(mount, context, name)) <= 1;
  if (!key && isLeftOver) {
    await deleteRemains(mount, context, name);
    mount.logger.info(`finished the interrupted ${change.change} of a key`, { key: name });
  }
  await mount.keyChanges.delete(storage, name, signal);
}

/** Deletes what storage holds of a key beside its record. The caller has proof that the key is meant to be gone. */
export async function deleteRemains(mount: Mount, { storage, signal }: BackendContext, name: string): Promise<void> {
  await mount.materials.deleteAll(storage, name, signal);
  await mount.keys.deleteParts(storage, name, signal);
}

async function highestVersion(mount: Mount, { storage, signal }: BackendContext, name: string): Promise<number> {
  return Math.max(0, ...(await mount.materials.versions(storage, name, signal)));
}
