import { isReadOnlyError, type BackendContext } from '../../logical/index.ts';
import { converge } from '../distribution/converge.ts';
import { desiredState } from '../distribution/desired.ts';
import { distributionName, type DistributionRef } from '../distribution/distribution-store.ts';
import { planDistribution } from '../distribution/plan.ts';
import type { Mount } from '../mount.ts';
import { settleOrphans } from './settle-orphans.ts';
import { sweepKeyParts, sweepMaterial } from './sweep-material.ts';

/** A search for orphans reads all keys of an account, so it is rare. */
const ORPHAN_CHECK_MS = 60 * 60_000;

/**
 * The periodic work of a mount: what a crash or a failure has left half-done is finished.
 *
 * The first tick of a process looks through all distributions, as nobody knows what the last process was doing; later
 * ones only take up what this process saw fail. `immediate` tries everything now, however often it has failed. See
 * docs/decisions on why this needs no WAL.
 */
export type RecoveryTick = (context: BackendContext, immediate: boolean) => Promise<void>;

/** Makes the tick of one mount. */
export function recoveryTick(mount: Mount): RecoveryTick {
  let lookThrough = true;
  let nextOrphanCheck = mount.clock.monotonic();
  return async (context, immediate) => {
    if (lookThrough || immediate) {
      await findUnsettled(mount, context);
      lookThrough = false;
    }
    await sweepIfNeeded(mount, context);
    for (const ref of mount.unsettled.due(immediate)) await settle(mount, context, ref);
    if (immediate || nextOrphanCheck <= mount.clock.monotonic()) {
      await settleOrphans(mount, context);
      nextOrphanCheck = mount.clock.monotonic() + ORPHAN_CHECK_MS;
    }
  };
}

async function sweepIfNeeded(mount: Mount, context: BackendContext): Promise<void> {
  if (!mount.leftovers.suspected) return;
  // Lowered first: a deletion that raises it again meanwhile wants another sweep.
  mount.leftovers.suspected = false;
  try {
    await sweepMaterial(mount, context);
    await sweepKeyParts(mount, context);
  } catch (error) {
    mount.leftovers.suspected = true;
    throw error;
  }
}

/** Marks every distribution that does not match its records' wish. */
async function findUnsettled(mount: Mount, context: BackendContext): Promise<void> {
  const { storage, signal } = context;
  for (const folder of await mount.distributions.list(storage, '', signal)) {
    const kms = folder.replace(/\/$/, '');
    for (const key of await mount.distributions.list(storage, folder, signal)) {
      const ref = { kms, key };
      try {
        if (!(await isSettled(mount, context, ref))) mount.unsettled.started(ref);
      } catch (error) {
        if (isReadOnlyError(error) || signal.aborted) throw error;
        // A record that cannot be read, say: the others must not wait for it.
        mount.unsettled.started(ref);
      }
    }
  }
}

async function isSettled(mount: Mount, context: BackendContext, ref: DistributionRef): Promise<boolean> {
  const { storage, signal } = context;
  const distribution = await mount.distributions.get(storage, distributionName(ref), signal);
  const key = await mount.keys.get(storage, ref.key, signal);
  if (!distribution || !key) return true;
  return !distribution.removing && planDistribution(desiredState(key, distribution), distribution).length === 0;
}

async function settle(mount: Mount, context: BackendContext, ref: DistributionRef): Promise<void> {
  try {
    const steps = await mount.keyLock.run(ref.key, () => converge(mount, context, ref), context.signal);
    // None where a request that was under way has done all of it meanwhile.
    if (steps.length === 0) return;
    mount.logger.info('finished an interrupted distribution', { key: ref.key, kms: ref.kms });
  } catch (error) {
    if (isReadOnlyError(error) || context.signal.aborted) throw error;
    mount.unsettled.failed(ref);
    const reason = error instanceof Error ? error.message : 'unknown';
    mount.logger.warn('a distribution is still incomplete', { key: ref.key, kms: ref.kms, reason });
  }
}
