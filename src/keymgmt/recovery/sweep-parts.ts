import type { BackendContext } from '../../logical/index.ts';
import { distributionName } from '../distribution/distribution-store.ts';
import type { Mount } from '../mount.ts';

/**
 * Deletes the parts of records that are gone: what is left when the process dies between deleting the record of a key
 * or a distribution and its parts. They hold no secret.
 */
export async function sweepParts(mount: Mount, context: BackendContext): Promise<void> {
  const { storage, signal } = context;
  const keys = new Set(await mount.keys.list(storage, '', signal));
  for (const name of await mount.keys.namesOfParts(storage, signal)) {
    if (keys.has(name)) continue;
    await underLock(mount, context, name, async () => {
      if (await mount.keys.get(storage, name, signal)) return;
      await mount.keys.deleteParts(storage, name, signal);
    });
  }
  for (const folder of await mount.distributions.listParts(storage, '', signal)) {
    const distributed = new Set(await mount.distributions.list(storage, folder, signal));
    for (const key of await folders(mount, context, folder)) {
      if (distributed.has(key)) continue;
      const name = distributionName({ kms: folder.replace(/\/$/, ''), key });
      await underLock(mount, context, key, async () => {
        if (await mount.distributions.get(storage, name, signal)) return;
        await mount.distributions.deleteParts(storage, name, signal);
      });
    }
  }
}

async function folders(mount: Mount, { storage, signal }: BackendContext, folder: string): Promise<readonly string[]> {
  return (await mount.distributions.listParts(storage, folder, signal)).map((name) => name.replace(/\/$/, ''));
}

/** Looked at again under the lock: a record of that name may have been written meanwhile. */
async function underLock(
  mount: Mount,
  { signal }: BackendContext,
  key: string,
  look: () => Promise<void>,
): Promise<void> {
  await mount.keyLock.run(key, look, signal);
}
