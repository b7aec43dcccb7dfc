import type { BackendContext } from '../../logical/index.ts';
import { askForName, refuseAhead } from '../guard/ahead.ts';
import type { Mount } from '../mount.ts';
import { asBackendError } from '../provider-failure.ts';
import { converge } from './converge.ts';
import { distributionName, type DistributionRef } from './distribution-store.ts';
import { loadDistribution } from './load-distribution.ts';

/**
 * Removes a key from a KMS: its name is taken away and all its versions are scheduled for deletion there. The key and
 * its material stay in Vault. Removing what is not there succeeds.
 *
 * Writing `removing` commits it; from then on only finishing is possible.
 *
 * @param force - goes on where the cloud is ahead of storage
 * @throws {BackendError} user_error where it is, without `force`
 */
export async function removeFromKms(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  force: boolean,
): Promise<void> {
  const { storage, signal } = context;
  await mount.keyLock.run(
    ref.key,
    async () => {
      const loaded = await loadDistribution(mount, context, ref);
      if (!loaded) return;
      const { distribution } = loaded;
      await refuseAhead(mount, context, ref, distribution, await askForName(mount, context, ref, loaded), force);
      mount.unsettled.started(ref);
      if (!distribution.removing) {
        await mount.distributions.put(storage, distributionName(ref), { ...distribution, removing: true }, signal);
      }
      try {
        await converge(mount, context, ref, { nameChecked: true });
      } catch (error) {
        throw asBackendError(error);
      }
    },
    signal,
  );
}
