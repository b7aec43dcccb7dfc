import { isReadOnlyError, type BackendContext } from '../../../logical/index.ts';
import { desiredState } from '../../reconcile/desired.ts';
import { distributionName, type DistributionRef } from '../../records/distribution-store.ts';
import { planDistribution } from '../../reconcile/plan.ts';
import { nameInspection, type NameInspection } from '../../guard/inspect-names.ts';
import type { Mount } from '../../mount.ts';

/** How long one tick looks; the next one goes on from there. */
const SLICE_MS = 10_000;
/** Distributions that are read at the same time. */
const PARALLEL = 16;

/** A look at all distributions, in slices: a process does not know what the one before it has left undone. */
export interface DistributionScan {
  /** Begins anew, unless a look is under way. */
  again(): void;
  /** Goes on where it stopped, for ten seconds at most, and marks what does not match its records' wish; looks at the names too. */
  goOn(context: BackendContext): Promise<void>;
}

/** Makes the look of one mount, which is due. */
export function distributionScan(mount: Mount): DistributionScan {
  let isOver = false;
  /** The KMS being looked at and the last key looked at; undefined at the beginning. */
  let place: { readonly folder: string; readonly key: string } | undefined;
  /** Distributions looked at so far. */
  let count = 0;
  let inspectName = nameInspection(mount);

  return {
    again() {
      isOver = false;
    },
    async goOn(context) {
      if (isOver) return;
      const { storage, signal } = context;
      const end = mount.clock.monotonic() + SLICE_MS;
      for (const folder of sorted(await mount.distributions.list(storage, '', signal))) {
        if (place && folder < place.folder) continue;
        const after = place?.folder === folder ? place.key : '';
        const keys = sorted(await mount.distributions.list(storage, folder, signal)).filter((key) => key > after);
        for (let start = 0; start < keys.length; start += PARALLEL) {
          const batch = keys.slice(start, start + PARALLEL);
          await Promise.all(
            batch.map((key) => look(mount, context, { kms: folder.replace(/\/$/, ''), key }, inspectName)),
          );
          place = { folder, key: batch.at(-1) ?? after };
          count += batch.length;
          if (mount.clock.monotonic() >= end) {
            mount.logger.debug('looking through all distributions', { distributions: count });
            return;
          }
        }
      }
      if (count > 0) mount.logger.info('looked through all distributions', { distributions: count });
      isOver = true;
      place = undefined;
      count = 0;
      inspectName = nameInspection(mount);
    },
  };
}

// A storage sorts, but whoever goes on from a name must sort in the way in which it compares.
function sorted(names: readonly string[]): readonly string[] {
  return [...names].sort();
}

async function look(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  inspectName: NameInspection,
): Promise<void> {
  try {
    if (!(await isSettled(mount, context, ref, inspectName))) mount.workQueue.add(ref);
  } catch (error) {
    if (isReadOnlyError(error) || context.signal.aborted) throw error;
    // A record that cannot be read, say: the others must not wait for it.
    mount.workQueue.add(ref);
  }
}

async function isSettled(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  inspectName: NameInspection,
): Promise<boolean> {
  const { storage, signal } = context;
  const distribution = await mount.distributions.get(storage, distributionName(ref), signal);
  if (!distribution) return true;
  await inspectName(context, ref, distribution);
  const key = await mount.keys.get(storage, ref.key, signal);
  if (!key) {
    // It can neither be finished nor removed without it, so no tick tries.
    mount.logger.warn('a key is distributed, but its record is missing in storage', { key: ref.key, kms: ref.kms });
    return true;
  }
  return !distribution.removing && planDistribution(desiredState(key, distribution), distribution).length === 0;
}
