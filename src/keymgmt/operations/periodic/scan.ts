import { isReadOnlyError, type BackendContext } from '../../../logical/index.ts';
import { nameInspection, type NameInspection } from '../../guard/inspect-names.ts';
import { distributionClass } from '../../figures.ts';
import type { Mount } from '../../mount.ts';
import { remainingStepsOf } from '../../reconcile/plan-input.ts';
import { distributionName, type DistributionRef } from '../../records/distribution-store.ts';
import type { Distribution } from '../../records/distribution.ts';
import type { Kms } from '../../records/kms.ts';

/** How long one tick scans; the next one continues from there. */
const SLICE_MS = 10_000;
/** Distributions that are read at the same time. */
const PARALLEL = 16;

/** A scan of all distributions, in slices: a process does not know what the one before it has left unfinished. */
export interface DistributionScan {
  /** Starts again, unless a scan is under way. */
  again(): void;
  /**
   * Continues where it stopped, for ten seconds at most: adds what does not match its desired state to the work queue, and
   * inspects the names.
   */
  goOn(context: BackendContext): Promise<void>;
}

/** Makes the scan of one mount, which is due. */
export function distributionScan(mount: Mount): DistributionScan {
  let isOver = false;
  /** The KMS being scanned and the last key that was; undefined at the beginning. */
  let position: { readonly folder: string; readonly key: string } | undefined;
  const { periodic, distributions: counted } = mount.figures;
  let inspectName = nameInspection(mount);

  return {
    again() {
      isOver = false;
    },
    async goOn(context) {
      if (isOver) return;
      const { storage, signal } = context;
      const end = mount.clock.monotonic() + SLICE_MS;
      if (!position) {
        counted.begin();
        periodic.scanned = 0;
      }
      for (const folder of sorted(await mount.distributions.list(storage, '', signal))) {
        if (position && folder < position.folder) continue;
        const after = position?.folder === folder ? position.key : '';
        const keys = sorted(await mount.distributions.list(storage, folder, signal)).filter((key) => key > after);
        const kms = folder.replace(/\/$/, '');
        const scan = { inspectName, kms: keys.length === 0 ? undefined : await readableKms(mount, context, kms) };
        for (let start = 0; start < keys.length; start += PARALLEL) {
          const batch = keys.slice(start, start + PARALLEL);
          const classes = await Promise.all(batch.map((key) => scanOne(mount, context, { kms, key }, scan)));
          counted.walked(batch.map((key, index) => ({ name: `${folder}${key}`, class: classes[index] })));
          position = { folder, key: batch.at(-1) ?? after };
          periodic.scanned += batch.length;
          if (mount.clock.monotonic() >= end) {
            mount.logger.debug('scanning all distributions', { distributions: periodic.scanned });
            return;
          }
        }
      }
      if (periodic.scanned > 0) mount.logger.info('scanned all distributions', { distributions: periodic.scanned });
      counted.end();
      periodic.scanEnded = mount.clock.now();
      isOver = true;
      position = undefined;
      inspectName = nameInspection(mount);
    },
  };
}

// Storage is sorted, but whoever continues from a name must sort in the way in which it compares.
function sorted(names: readonly string[]): readonly string[] {
  return [...names].sort();
}

interface Scan {
  readonly inspectName: NameInspection;
  /** Undefined where nothing can be planned. */
  readonly kms: Kms | undefined;
}

/** Undefined where the record of the KMS is missing or cannot be read; reconciling its keys says what is wrong. */
async function readableKms(mount: Mount, context: BackendContext, name: string): Promise<Kms | undefined> {
  try {
    return await mount.kms.get(context.storage, name, context.signal);
  } catch (error) {
    if (isReadOnlyError(error) || context.signal.aborted) throw error;
    return undefined;
  }
}

/** @returns what the distribution is counted as; undefined for one that is gone */
async function scanOne(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  scan: Scan,
): Promise<string | undefined> {
  try {
    const distribution = await mount.distributions.get(context.storage, distributionName(ref), context.signal);
    if (!distribution) return undefined;
    if (!(await isReconciled(mount, context, ref, distribution, scan))) mount.workQueue.add(ref);
    return distributionClass(ref.kms, distribution);
  } catch (error) {
    if (isReadOnlyError(error) || context.signal.aborted) throw error;
    // Such as a record that cannot be read: the others must not wait for it.
    mount.workQueue.add(ref);
    return distributionClass(ref.kms, 'unreadable');
  }
}

async function isReconciled(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  distribution: Distribution,
  { inspectName, kms }: Scan,
): Promise<boolean> {
  const { storage, signal } = context;
  await inspectName(context, ref, distribution);
  const key = await mount.keys.get(storage, ref.key, signal);
  if (!key) {
    // It can neither be finished nor removed without it, so no tick tries.
    mount.logger.warn('a key is distributed, but its record is missing in storage', { key: ref.key, kms: ref.kms });
    return true;
  }
  if (!kms || distribution.removing) return false;
  return remainingStepsOf(mount, ref.key, { key, kms, distribution }).length === 0;
}
