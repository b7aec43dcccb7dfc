import type { Kms } from '../records/kms.ts';
import type { Run } from './run.ts';

/**
 * Changes the record of a run's KMS. Does not end when the client leaves: what happened in the cloud is written even when the
 * client has left.
 *
 * @returns the record as it is now
 */
export async function changeKms({ mount, context, ref, kms: former }: Run, next: (kms: Kms) => Kms): Promise<Kms> {
  return mount.kmsLock.run(ref.kms, async () => {
    const stored = (await mount.kms.get(context.storage, ref.kms)) ?? former;
    const changed = next(stored);
    if (changed !== stored) await mount.kms.put(context.storage, ref.kms, changed);
    return changed;
  });
}
