import { userError, type BackendContext, type BackendError } from '../../logical/index.ts';
import { admitChange } from '../guard/ahead.ts';
import type { Mount } from '../mount.ts';
import { countDistribution } from '../figures.ts';
import { changeKey } from '../held-key.ts';
import { bringAbout } from './bring-about.ts';
import { distributionName, type DistributionRef } from '../records/distribution-store.ts';
import { refuseOtherIdentity } from '../reconcile/identity.ts';
import { loadDistribution } from '../load-distribution.ts';

/**
 * Removes a key from a KMS: its name is taken away and all its versions are scheduled for deletion there. The key and
 * its material stay in Vault. Removing what is not there succeeds.
 *
 * Writing `removing` commits it; from then on only finishing is possible.
 *
 * @param force - goes on where the cloud is ahead of storage, and is refused everywhere else: an older release forgot the
 * distribution for it, and who asks for that must not have the keys deleted
 * @throws {BackendError} user_error for either
 */
export async function removeFromKms(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  force: boolean,
): Promise<void> {
  const { storage, signal } = context;
  await changeKey(mount, context, ref.key, async (held) => {
    const loaded = await loadDistribution(mount, context, ref);
    if (!loaded) {
      if (force) throw forceRefusal(ref);
      return;
    }
    const { distribution } = loaded;
    await refuseOtherIdentity(mount, context, ref, loaded);
    const { forced, nameChecked } = await admitChange(mount, context, ref, loaded, force);
    if (force && !forced) throw forceRefusal(ref);
    await bringAbout(mount, context, held, ref.kms, {
      nameChecked,
      async write() {
        if (distribution.removing) return;
        const removing = { ...distribution, removing: true };
        await mount.distributions.put(storage, distributionName(ref), removing, signal, distribution);
        countDistribution(mount, ref, distribution, removing);
      },
    });
  });
}

function forceRefusal({ kms, key }: DistributionRef): BackendError {
  return userError(
    'force=true is taken for a removal only where the KMS is ahead of storage, see restore-guard; nothing was removed. ' +
      'To forget the distribution and leave what it made in the KMS provider, use: ' +
      `vault write -f <mount>/kms/${kms}/key/${key}/force-remove`,
  );
}
