import { userError, type BackendContext } from '../../logical/index.ts';
import { changeKey } from '../held-key.ts';
import { bringAbout } from './bring-about.ts';
import { currentDistribution, withKms } from '../load-distribution.ts';
import type { Distribution } from '../records/distribution.ts';
import { admitChange } from '../guard/ahead.ts';
import { refuseOtherIdentity } from '../reconcile/identity.ts';
import type { Mount } from '../mount.ts';
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
  return changeKey(mount, context, name, async (held) => {
    const key = await mount.keys.get(context.storage, name, context.signal);
    if (!key) throw userError(`key "${name}" not found`);
    const current = await currentDistribution(mount, context, name, key);
    if (!current) {
      const { latest_version: latestVersion } = await addVersion(mount, context, held, key);
      return { newVersion: true, latestVersion };
    }
    const { ref, distribution } = current;
    const loaded = await withKms(mount, context, ref, { distribution, key });
    await refuseOtherIdentity(mount, context, ref, loaded);
    const { nameChecked } = await admitChange(mount, context, ref, loaded, force);
    // What is unfinished comes first, so that no version is passed over.
    await bringAbout(mount, context, held, ref.kms, { nameChecked, failure: 'the key was not rotated: ' });
    if (isBehind(key, distribution)) return { newVersion: false, latestVersion: key.latest_version };
    const latestVersion = key.latest_version + 1;
    await bringAbout(mount, context, held, ref.kms, {
      nameChecked,
      async write() {
        await addVersion(mount, context, held, key);
      },
      failure: `version ${latestVersion} is stored in Vault, but `,
    });
    return { newVersion: true, latestVersion };
  });
}

/** Whether an earlier rotation stored a version that has not come to the cloud. */
function isBehind({ latest_version }: Key, { removing, highest_published: published }: Distribution): boolean {
  // Not by where the name points now: strangers move it, and a sync takes up what they did.
  return !removing && published !== undefined && published < latest_version;
}
