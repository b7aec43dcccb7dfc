import { StorageError, type BackendContext } from '../../logical/index.ts';
import type { LogFields } from '../../support/logger.ts';
import { distributionName, type DistributionRef } from '../records/distribution-store.ts';
import { LEFT_BEHIND, leftBehind, leftBehindFields } from '../orphans/left-behind.ts';
import { orphansOf } from '../orphans/orphans.ts';
import type { Mount } from '../mount.ts';
import { reasonOf } from '../../support/reason-of.ts';

/** Distributions that are read at the same time: the server waits for the end of a mount. */
const PARALLEL = 16;

/**
 * Says in the log what a mount that is being disabled leaves in the clouds: its records, which know that, are wiped
 * next. Nothing there is deleted: data may still be encrypted with it. Does nothing for a mount that stays.
 *
 * Never fails, as a mount cannot be kept from going.
 */
export async function reportLeftBehind(mount: Mount, context: BackendContext): Promise<void> {
  try {
    if (!(await context.system.tainted(context.signal))) return;
    for (const kms of await mount.kms.list(context.storage, '', context.signal)) await reportKms(mount, context, kms);
  } catch (error) {
    mount.logger.warn('cannot say what the disabled mount leaves in the KMS providers', { reason: reasonOf(error) });
  }
}

async function reportKms(mount: Mount, context: BackendContext, kms: string): Promise<void> {
  const { storage, signal } = context;
  const config = await mount.kms.get(storage, kms, signal);
  const place = { kms, provider: config?.provider, key_collection: config?.key_collection };
  const keys = await mount.distributions.list(storage, `${kms}/`, signal);
  for (let start = 0; start < keys.length; start += PARALLEL) {
    const batch = keys.slice(start, start + PARALLEL);
    const left = await Promise.all(batch.map((key) => leftBy(mount, context, { kms, key })));
    for (const [index, key] of batch.entries()) {
      if (!left[index]) continue;
      mount.logger.warn(LEFT_BEHIND.distributionDisabled, {
        ...place,
        key,
        ...left[index],
      });
    }
  }
  const orphans = await orphansOf(mount, context, kms);
  if (orphans.length === 0) return;
  mount.logger.warn(LEFT_BEHIND.attemptsDisabled, {
    ...place,
    attempts: orphans.map(({ attempt }) => attempt).join(','),
  });
}

async function leftBy(
  mount: Mount,
  { storage, signal }: BackendContext,
  ref: DistributionRef,
): Promise<LogFields | undefined> {
  try {
    const distribution = await mount.distributions.get(storage, distributionName(ref), signal);
    return distribution && leftBehindFields(leftBehind(distribution));
  } catch (error) {
    if (error instanceof StorageError || signal.aborted) throw error;
    // The others are to be named all the same.
    return { reason: reasonOf(error) };
  }
}
