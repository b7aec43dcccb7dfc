import type { BackendContext } from '../../logical/index.ts';
import type { Mount } from '../mount.ts';

/**
 * Deletes key material that no key's record names: what is left when the process dies between storing material and
 * creating its key, or between deleting a key and its material.
 */
export async function sweepMaterial(mount: Mount, context: BackendContext): Promise<void> {
  const { storage, signal } = context;
  const keys = new Set(await mount.keys.list(storage, '', signal));
  for (const name of await mount.materials.names(storage, signal)) {
    if (keys.has(name)) continue;
    await mount.keyLock.run(
      name,
      async () => {
        // Looked at again under the lock: the key may be in the middle of its creation.
        if ((await mount.keys.get(storage, name, signal)) !== undefined) return;
        await mount.materials.deleteAll(storage, name, signal);
        mount.logger.info('deleted key material that belonged to no key', { key: name });
      },
      signal,
    );
  }
}
