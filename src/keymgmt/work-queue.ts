import type { Clock } from '../support/clock.ts';
import { distributionName, type DistributionRef } from './records/distribution-store.ts';

const FIRST_RETRY_MS = 30_000;
const LAST_RETRY_MS = 60 * 60_000;

/** Distributions that may differ from their desired state, each with the time of the next attempt to reconcile it. */
export interface WorkQueue {
  /** Adds a distribution before it is changed, so that the change is finished whatever interrupts it. */
  add(ref: DistributionRef): void;
  /** Reconciling has failed: the wait doubles with each failure, from half a minute up to an hour. */
  retryLater(ref: DistributionRef, reason: string): void;
  /** Reconciling has made progress and ran out of time: it continues at the next tick. */
  resume(ref: DistributionRef): void;
  done(ref: DistributionRef): void;
  /** The distributions to reconcile now; all of them when `immediate`. The one tried longest ago comes first. */
  due(immediate: boolean): readonly DistributionRef[];
  /** All of them, in the order of {@link WorkQueue.due}. */
  pending(): readonly PendingWork[];
}

/** One distribution on the queue. */
export interface PendingWork {
  readonly ref: DistributionRef;
  /** How long this process has known of it, in milliseconds. */
  readonly ageMs: number;
  /** In milliseconds; 0 where it is due. */
  readonly untilNextMs: number;
  /** Attempts of the periodic work that failed. */
  readonly failures: number;
  /** Why the last one failed. */
  readonly lastError: string | undefined;
}

interface Entry {
  readonly ref: DistributionRef;
  readonly addedAt: number;
  readonly waitMs: number;
  readonly nextAt: number;
  readonly failures: number;
  readonly lastError: string | undefined;
}

export function workQueue(clock: Clock): WorkQueue {
  const entries = new Map<string, Entry>();
  const enter = (ref: DistributionRef, change: Pick<Entry, 'waitMs' | 'nextAt'> & Partial<Entry>): void => {
    const name = distributionName(ref);
    const former = entries.get(name) ?? { ref, addedAt: clock.monotonic(), failures: 0, lastError: undefined };
    // To the end.
    entries.delete(name);
    entries.set(name, { ...former, ...change });
  };
  return {
    add(ref) {
      if (entries.has(distributionName(ref))) return;
      enter(ref, { waitMs: FIRST_RETRY_MS / 2, nextAt: clock.monotonic() });
    },
    retryLater(ref, lastError) {
      const former = entries.get(distributionName(ref));
      const waitMs = Math.min((former?.waitMs ?? FIRST_RETRY_MS / 2) * 2, LAST_RETRY_MS);
      enter(ref, { waitMs, nextAt: clock.monotonic() + waitMs, failures: (former?.failures ?? 0) + 1, lastError });
    },
    resume(ref) {
      enter(ref, { waitMs: FIRST_RETRY_MS / 2, nextAt: clock.monotonic() });
    },
    done(ref) {
      entries.delete(distributionName(ref));
    },
    due(immediate) {
      return [...entries.values()]
        .filter((entry) => immediate || entry.nextAt <= clock.monotonic())
        .map(({ ref }) => ref);
    },
    pending() {
      const now = clock.monotonic();
      return [...entries.values()].map(({ ref, addedAt, nextAt, failures, lastError }) => ({
        ...{ ref, failures, lastError },
        ageMs: now - addedAt,
        untilNextMs: Math.max(0, nextAt - now),
      }));
    },
  };
}
