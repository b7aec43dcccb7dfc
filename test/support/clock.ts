import type { Clock } from '../../src/support/clock.ts';

/** A clock that shows what a test sets; waits are measured by it as well. */
export function clockOf(now: () => number): Clock {
  return { now, monotonic: now };
}
