import type { BackendContext } from '../../logical/index.ts';
import type { Mount } from '../mount.ts';
import { asBackendError } from '../provider-failure.ts';
import { converge } from './converge.ts';
import { distributionName, type DistributionRef } from './distribution-store.ts';

/**
 * Removes a key from a KMS: its name is taken away and all its versions are scheduled for deletion there. The key and
 * its material stay in Vault. Removing what is not there succeeds.
 *
 * Writing `removing` commits it; from then on only finishing is possible.
 */
export async function removeFromKms(mount: Mount, context: BackendContext, ref: DistributionRef): Promise<void> {
  const { storage, signal } = context;
  await mount.keyLock.run(
    ref.key,
    async () => {
      const distribution = await mount.distributions.get(storage, distributionName(ref), signal);
      if (!distribution) return;
      mount.unsettled.started(ref);
      if (!distribution.removing) {
        await mount.distributions.put(storage, distributionName(ref), { ...distribution, removing: true }, signal);
      }
      try {
        await converge(mount, context, ref);
      } catch (error) {
        throw asBackendError(error);
      }
    },
    signal,
  );
}
