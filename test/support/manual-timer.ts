import type { Timer } from '../../src/support/budget.ts';

/** A timer that runs out when a test says so. */
export interface ManualTimer {
  readonly timer: Timer;
  /** Waits under way, milliseconds each. */
  readonly running: readonly number[];
  /** Lets this much time pass for all waits under way. */
  pass(milliseconds: number): void;
}

export function manualTimer(): ManualTimer {
  const waits = new Set<{ left: number; readonly callback: () => void }>();
  return {
    timer: (milliseconds, callback) => {
      const wait = { left: milliseconds, callback };
      waits.add(wait);
      return () => waits.delete(wait);
    },
    get running() {
      return [...waits].map(({ left }) => left);
    },
    pass(milliseconds) {
      for (const wait of [...waits]) {
        wait.left -= milliseconds;
        if (wait.left > 0) continue;
        waits.delete(wait);
        wait.callback();
      }
    },
  };
}
