import type { Clock } from '../support/clock.ts';
import { distributionName, type DistributionRef } from './records/distribution-store.ts';

const FIRST_RETRY_MS = 30_000;
const LAST_RETRY_MS = 60 * 60_000;

/** Distributions that may differ from their desired state, each with the time of the next attempt to reconcile it. */
export interface WorkQueue {
  /** Adds a distribution before it is changed, so that the change is finished whatever interrupts it. */
  add(ref: DistributionRef): void;
  /** Reconciling has failed: the wait doubles with each failure, from half a minute up to an hour. */
  retryLater(ref: DistributionRef): void;
  /** Reconciling has made progress and ran out of time: it continues at the next tick. */
  resume(ref: DistributionRef): void;
  done(ref: DistributionRef): void;
  /** The distributions to reconcile now; all of them when `immediate`. The one tried longest ago comes first. */
  due(immediate: boolean): readonly DistributionRef[];
}

export function workQueue(clock: Clock): WorkQueue {
  const entries = new Map<string, { ref: DistributionRef; waitMs: number; nextAt: number }>();
  const moveToEnd = (ref: DistributionRef, waitMs: number, untilNextMs: number): void => {
    const name = distributionName(ref);
    entries.delete(name);
    entries.set(name, { ref, waitMs, nextAt: clock.monotonic() + untilNextMs });
  };
  return {
    add(ref) {
      const name = distributionName(ref);
      if (!entries.has(name)) entries.set(name, { ref, waitMs: FIRST_RETRY_MS / 2, nextAt: clock.monotonic() });
    },
    retryLater(ref) {
      const waitMs = Math.min((entries.get(distributionName(ref))?.waitMs ?? FIRST_RETRY_MS / 2) * 2, LAST_RETRY_MS);
      moveToEnd(ref, waitMs, waitMs);
    },
    resume(ref) {
      moveToEnd(ref, FIRST_RETRY_MS / 2, 0);
    },
    done(ref) {
      entries.delete(distributionName(ref));
    },
    due(immediate) {
      return [...entries.values()]
        .filter((entry) => immediate || entry.nextAt <= clock.monotonic())
        .map(({ ref }) => ref);
    },
  };
}
