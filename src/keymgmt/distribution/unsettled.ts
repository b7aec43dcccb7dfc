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
  /** Remembers that the recovery has come a step further and was cut off: it goes on at the next chance. */
  cutOff(ref: DistributionRef): void;
  settled(ref: DistributionRef): void;
  /** The ones to try now; all of them when `immediate`. What has waited longest since it was last tried comes first. */
  due(immediate: boolean): readonly DistributionRef[];
}

export function unsettledSet(clock: Clock): Unsettled {
  const entries = new Map<string, { ref: DistributionRef; waitMs: number; nextAt: number }>();
  const toTheEnd = (ref: DistributionRef, waitMs: number, untilNextMs: number): void => {
    const name = distributionName(ref);
    entries.delete(name);
    entries.set(name, { ref, waitMs, nextAt: clock.monotonic() + untilNextMs });
  };
  return {
    started(ref) {
      const name = distributionName(ref);
      if (!entries.has(name)) entries.set(name, { ref, waitMs: FIRST_RETRY_MS / 2, nextAt: clock.monotonic() });
    },
    failed(ref) {
      const waitMs = Math.min((entries.get(distributionName(ref))?.waitMs ?? FIRST_RETRY_MS / 2) * 2, LAST_RETRY_MS);
      toTheEnd(ref, waitMs, waitMs);
    },
    cutOff(ref) {
      toTheEnd(ref, FIRST_RETRY_MS / 2, 0);
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
