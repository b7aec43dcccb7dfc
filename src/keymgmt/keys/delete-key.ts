import { userError, type BackendContext } from '../../logical/index.ts';
import { currentDistribution } from '../distribution/current-distribution.ts';
import type { Mount } from '../mount.ts';

/**
 * Deletes a key with all its material. Deleting what is not there succeeds.
 *
 * The record goes first and is what counts; material that a crash leaves behind is swept up by the recovery.
 *
 * @throws {BackendError} user_error unless deletion is allowed and the key is in no KMS
 */
export async function deleteKey(mount: Mount, context: BackendContext, name: string): Promise<void> {
  const { storage, signal } = context;
  await mount.keyLock.run(
    name,
    async () => {
      const key = await mount.keys.get(storage, name, signal);
      if (!key) return;
      const place = await currentDistribution(mount, context, name, key);
      if (place) {
        throw userError(
          `key "${name}" is distributed to KMS "${place.ref.kms}": ` +
            `remove it there first with: vault delete <mount>/kms/${place.ref.kms}/key/${name}`,
        );
      }
      if (!key.deletion_allowed) {
        throw userError(`deletion is not allowed for key "${name}": set deletion_allowed=true on it first`);
      }
      try {
        await mount.keys.delete(storage, name, signal);
      } finally {
        // Also when that fails: it may have had its effect.
        mount.leftovers.suspected = true;
      }
      await mount.materials.deleteAll(storage, name, signal);
      mount.logger.info('deleted a key', { key: name });
    },
    signal,
  );
}
