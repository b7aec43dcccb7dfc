import type { BackendContext } from '../../logical/index.ts';
import type { Mount } from '../mount.ts';
import { distributionName, type DistributionRef } from './distribution-store.ts';
import { leftBehind, type LeftBehind } from './left-behind.ts';

/**
 * Forgets a distribution without asking the cloud: for an account that is gone for good. What it holds stays there.
 *
 * @returns what is left behind; undefined when the key was not distributed there
 */
export async function forget(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
): Promise<LeftBehind | undefined> {
  const { storage, signal } = context;
  return mount.keyLock.run(
    ref.key,
    async () => {
      const distribution = await mount.distributions.get(storage, distributionName(ref), signal);
      if (!distribution) return undefined;
      await mount.distributions.delete(storage, distributionName(ref), signal);
      mount.unsettled.settled(ref);
      const left = leftBehind(distribution);
      mount.logger.warn('forgot a distribution; what it made stays in the cloud', {
        key: ref.key,
        kms: ref.kms,
        remote_ids: left.remoteIds.join(','),
      });
      return left;
    },
    signal,
  );
}
