import type { BackendContext } from '../../logical/index.ts';
import { countDistribution } from '../figures.ts';
import { changeKey } from '../held-key.ts';
import type { Mount } from '../mount.ts';
import { distributionName, type DistributionRef } from '../records/distribution-store.ts';
import { LEFT_BEHIND, leftBehind, leftBehindFields, type LeftBehind } from '../orphans/left-behind.ts';
import { orphanName } from '../records/orphan.ts';

/**
 * Forgets a distribution without asking the cloud: for an account that is gone for good. What it holds stays there.
 *
 * @returns what is left behind; undefined when the key was not distributed there
 */
export async function forceRemove(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
): Promise<LeftBehind | undefined> {
  const { storage, signal } = context;
  return changeKey(mount, context, ref.key, async () => {
    const distribution = await mount.distributions.get(storage, distributionName(ref), signal);
    if (!distribution) return undefined;
    const left = leftBehind(distribution);
    // Before the record goes: nobody could say it afterwards.
    mount.logger.warn(LEFT_BEHIND.forceRemoved, {
      key: ref.key,
      kms: ref.kms,
      ...leftBehindFields(left),
    });
    // An attempt that was adopted may still be on record as a possible orphan, which is deleted when nobody owns it.
    for (const version of Object.values(distribution.versions)) {
      if (version.state !== 'creating')
        await mount.orphans.delete(storage, orphanName(ref.kms, version.attempt), signal);
    }
    await mount.distributions.delete(storage, distributionName(ref), signal);
    countDistribution(mount, ref, distribution, undefined);
    mount.events.send('distribution-remove', { ...ref, forced: true });
    mount.workQueue.done(ref);
    return left;
  });
}
