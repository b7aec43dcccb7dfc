import { isReadOnlyError, type BackendContext } from '../../../logical/index.ts';
import type { Mount } from '../../mount.ts';
import { distributionScan } from './scan.ts';
import { orphanSearch } from './orphan-search.ts';
import { rounds } from './rounds.ts';
import { reconcileDue } from './reconcile-due.ts';
import { stocktaking } from './take-stock.ts';
import { keyChangeSweep } from './sweep-key-changes.ts';
import { reasonOf } from '../../../support/reason-of.ts';

/**
 * The periodic work of a mount: what a crash or a failure has left unfinished is finished.
 *
 * What is due comes first. A process that has just started looks through all distributions besides, over as many ticks
 * as that takes, as nobody knows what the last process was doing; later on it only takes up what it saw fail.
 * While the restore guard is engaged it only looks. `immediate` tries everything now, however often it has failed. Each
 * tick ends within about a minute, whatever the clouds do. See docs/decisions on why this needs no WAL.
 */
export type PeriodicWork = (context: BackendContext, immediate: boolean) => Promise<void>;

/** Makes the tick of one mount. */
export function periodicWork(mount: Mount): PeriodicWork {
  const look = distributionScan(mount);
  const sweep = keyChangeSweep(mount);
  const orphans = orphanSearch(mount);
  const turns = rounds(mount);
  const stock = stocktaking(mount);
  const { periodic } = mount.figures;
  const work: PeriodicWork = async (context, immediate) => {
    const round = turns.begin(context);
    const tried = new Set<string>();
    if (!(await mount.guard.isEngaged(context))) await reconcileDue(mount, context, round, { immediate, tried });
    if (immediate) look.again();
    await look.goOn(context);
    // What is in the clouds, and what is in storage, is left as it is until a person has looked at both.
    if (await mount.guard.isEngaged(context)) return;
    await sweep(context);
    await reconcileDue(mount, context, round, { immediate, tried });
    await orphans.search(context, round, immediate);
  };
  return async (context, immediate) => {
    periodic.lastRun = mount.clock.now();
    try {
      const isScanned = periodic.scanEnded !== undefined;
      await work(context, immediate);
      // A mount that goes is not counted.
      if (!immediate) await stock.goOn(context, isScanned);
      periodic.lastSuccess = mount.clock.now();
      periodic.lastError = undefined;
    } catch (error) {
      periodic.lastError = reasonOf(error);
      throw error;
    } finally {
      await beat(mount, context);
    }
  };
}

/** The work does not fail with the heartbeat. */
async function beat(mount: Mount, context: BackendContext): Promise<void> {
  try {
    await mount.guard.beat(context);
  } catch (error) {
    if (isReadOnlyError(error)) throw error;
    mount.logger.warn('cannot write the heartbeat of the restore guard', { reason: reasonOf(error) });
  }
}
