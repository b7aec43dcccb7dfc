import type { BackendContext } from '../../logical/index.ts';
import type { Mount } from '../mount.ts';
import { distributionName, type DistributionRef } from './distribution-store.ts';
import { knownIds } from './run.ts';

/** What was left behind in a cloud by a {@link forget}. */
export interface LeftBehind {
  readonly name: string;
  readonly remoteIds: readonly string[];
  /** Attempts whose outcome nobody knows; their tag finds what they made, if they made anything. */
  readonly attempts: readonly string[];
}

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
      const left = {
        name: distribution.name,
        remoteIds: knownIds(distribution),
        attempts: Object.values(distribution.versions).flatMap((version) =>
          version.state === 'creating' ? [version.attempt] : [],
        ),
      };
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
