import type { Clock } from '../../support/clock.ts';
import { distributionName, type DistributionRef } from './distribution-store.ts';

const FIRST_RETRY_MS = 30_000;
const LAST_RETRY_MS = 60 * 60_000;

/** Distributions known not to match the cloud, each with the time at which trying again is worth it. */
export interface Unsettled {
  /** Remembers that work was begun, so that it is taken up again whatever interrupts it. */
  started(ref: DistributionRef): void;
  /** Remembers that the recovery has failed; the wait doubles with each time, from half a minute up to an hour. */
  failed(ref: DistributionRef): void;
  settled(ref: DistributionRef): void;
  /** The ones to try now; all of them when `immediate`. */
  due(immediate: boolean): readonly DistributionRef[];
}

export function unsettledSet(clock: Clock): Unsettled {
  const entries = new Map<string, { ref: DistributionRef; waitMs: number; nextAt: number }>();
  return {
    started(ref) {
      const name = distributionName(ref);
      if (!entries.has(name)) entries.set(name, { ref, waitMs: FIRST_RETRY_MS / 2, nextAt: clock.monotonic() });
    },
    failed(ref) {
      const name = distributionName(ref);
      const waitMs = Math.min((entries.get(name)?.waitMs ?? FIRST_RETRY_MS / 2) * 2, LAST_RETRY_MS);
      entries.set(name, { ref, waitMs, nextAt: clock.monotonic() + waitMs });
    },
    settled(ref) {
      entries.delete(distributionName(ref));
    },
    due(immediate) {
      return [...entries.values()]
        .filter((entry) => immediate || entry.nextAt <= clock.monotonic())
        .map(({ ref }) => ref);
    },
  };
}
