import { userError, type BackendContext } from '../../logical/index.ts';
import { currentDistribution } from '../load-distribution.ts';
import { changeKey } from '../held-key.ts';
import type { Mount } from '../mount.ts';
import { beginKeyChange, deleteRemains, endKeyChange } from './key-changes.ts';
import { refuseLostKey } from './lost-key.ts';

/**
 * Deletes a key with all its material. Deleting what is not there succeeds.
 *
 * That it is being deleted is recorded first: the recovery finishes what a crash leaves behind, and deletes material for
 * no other reason. The key's record goes next, and is what counts.
 *
 * @throws {BackendError} user_error unless deletion is allowed and the key is in no KMS; and where only its record is
 * missing
 */
export async function deleteKey(mount: Mount, context: BackendContext, name: string): Promise<void> {
  const { storage, signal } = context;
  await changeKey(mount, context, name, async (held) => {
    const key = await mount.keys.get(storage, name, signal);
    if (!key) {
      await endKeyChange(mount, context, held);
      await refuseLostKey(mount, context, name);
      return;
    }
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
    // Also when the rest fails: it may have had its effect.
    mount.materialCleanup.needed = true;
    await beginKeyChange(mount, context, held, { change: 'deletion', latest_version: key.latest_version });
    await mount.keys.delete(storage, name, signal);
    mount.figures.keys.changed(name, key.type, undefined);
    mount.events.send('key-delete', { key: name });
    await deleteRemains(mount, context, name);
    await mount.keyChanges.delete(storage, name, signal);
    mount.logger.info('deleted a key', { key: name });
  });
}
