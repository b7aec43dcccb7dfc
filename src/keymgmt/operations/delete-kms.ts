import { userError, type BackendContext } from '../../logical/index.ts';
import { LEFT_BEHIND } from '../orphans/left-behind.ts';
import { orphanName } from '../records/orphan.ts';
import { orphansOf } from '../orphans/orphans.ts';
import type { Mount } from '../mount.ts';

/**
 * Deletes a KMS provider's configuration, and with it the means to look for its possible orphans.
 *
 * @returns attempts of the possible orphans that nobody looks for any more; their tag finds what they made, if anything
 * @throws {BackendError} user_error while keys are distributed to it
 */
export async function deleteKms(mount: Mount, context: BackendContext, name: string): Promise<readonly string[]> {
  const { storage, signal } = context;
  return mount.kmsLock.run(
    name,
    async () => {
      const keys = await mount.distributions.list(storage, `${name}/`, signal);
      if (keys.length > 0) {
        throw userError(
          `KMS "${name}" still holds ${keys.length === 1 ? 'the key' : 'the keys'} ${keys.slice(0, 10).join(', ')}` +
            `${keys.length > 10 ? ', …' : ''}: remove each first with: vault delete <mount>/kms/${name}/key/<key>`,
        );
      }
      const attempts = (await orphansOf(mount, context, name)).map(({ attempt }) => attempt);
      // Said before they are forgotten: the answer may not arrive.
      if (attempts.length > 0) {
        mount.logger.warn(LEFT_BEHIND.kmsDeleted, {
          kms: name,
          attempts: attempts.join(','),
        });
      }
      const isThere = (await mount.kms.list(storage, '', signal)).includes(name);
      await mount.kms.delete(storage, name, signal);
      mount.clients.forget(name);
      mount.figures.forgetKms(name);
      if (isThere) mount.events.send('kms-delete', { kms: name });
      // A provider written later under the same name may be another account, where a search would find nothing.
      for (const attempt of attempts) await mount.orphans.delete(storage, orphanName(name, attempt), signal);
      return attempts;
    },
    signal,
  );
}
