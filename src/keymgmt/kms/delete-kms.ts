import { userError, type BackendContext } from '../../logical/index.ts';
import type { Mount } from '../mount.ts';

/** Deletes a KMS provider's configuration. @throws {BackendError} user_error while keys are distributed to it */
export async function deleteKms(mount: Mount, context: BackendContext, name: string): Promise<void> {
  const { storage, signal } = context;
  await mount.kmsLock.run(
    name,
    async () => {
      const keys = await mount.distributions.list(storage, `${name}/`, signal);
      if (keys.length > 0) {
        throw userError(
          `KMS "${name}" still holds ${keys.length === 1 ? 'the key' : 'the keys'} ${keys.slice(0, 10).join(', ')}` +
            `${keys.length > 10 ? ', …' : ''}: remove each first with: vault delete <mount>/kms/${name}/key/<key>`,
        );
      }
      await mount.kms.delete(storage, name, signal);
      mount.clients.forget(name);
    },
    signal,
  );
}
