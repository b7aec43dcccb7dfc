import { userError, type BackendContext } from '../../logical/index.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { currentDistribution } from '../load-distribution.ts';
import type { Distribution } from '../records/distribution.ts';
import { admitChange } from '../guard/ahead.ts';
import { refuseOtherIdentity } from '../reconcile/identity.ts';
import { withKms } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';
import { asBackendError } from '../provider-failure.ts';
import { addVersion } from './create-key.ts';
import type { Key } from '../records/key.ts';

/** What a rotation did. */
export interface Rotation {
  /** False where it finished an earlier rotation, that had stopped half-way, instead of making one more version. */
  readonly newVersion: boolean;
  readonly latestVersion: number;
}

/**
 * Rotates a key: the new version is in Vault's storage first, then in the KMS that the key is distributed to.
 *
 * When the cloud fails after the new version is stored, that version counts and the request fails. Rotating again then
 * finishes the same rotation: a client that retries (Vault's own does, on a 5xx) does not pile up versions.
 *
 * @param force - goes on where the cloud is ahead of storage
 * @throws {BackendError} user_error `key "…" not found`, or where the cloud is ahead of storage, without `force`
 */
export async function rotateKey(
  mount: Mount,
  context: BackendContext,
  name: string,
  force: boolean,
): Promise<Rotation> {
  return mount.keyLock.run(
    name,
    async () => {
      const key = await mount.keys.get(context.storage, name, context.signal);
      if (!key) throw userError(`key "${name}" not found`);
      const place = await currentDistribution(mount, context, name, key);
      if (!place)
        return { newVersion: true, latestVersion: (await addVersion(mount, context, name, key)).latest_version };
      const { ref, distribution } = place;
      const loaded = await withKms(mount, context, ref, { distribution, key });
      await refuseOtherIdentity(mount, context, ref, loaded);
      const { nameChecked } = await admitChange(mount, context, ref, loaded, force);
      try {
        if (isBehind(key, distribution)) {
          await reconcile(mount, context, ref, { nameChecked });
          return { newVersion: false, latestVersion: key.latest_version };
        }
        // What is half-done is finished before something new is begun, so that no version is passed over.
        await reconcile(mount, context, ref, { nameChecked });
      } catch (error) {
        throw asBackendError(error, 'the key was not rotated: ');
      }
      mount.workQueue.add(ref);
      const rotated = await addVersion(mount, context, name, key);
      try {
        await reconcile(mount, context, ref, { nameChecked });
      } catch (error) {
        throw asBackendError(error, `version ${rotated.latest_version} is stored in Vault, but `);
      }
      return { newVersion: true, latestVersion: rotated.latest_version };
    },
    context.signal,
  );
}

/** Whether an earlier rotation stored a version that has not come to the cloud. */
function isBehind({ latest_version }: Key, { removing, reached }: Distribution): boolean {
  // Not by where the name points now: strangers move it, and a sync takes up what they did.
  return !removing && reached !== undefined && reached < latest_version;
}
