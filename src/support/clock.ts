/** The time, injected wherever it matters so that tests can set it. */
export interface Clock extends WallClock {
  /**
   * Milliseconds since an arbitrary start: for waits, deadlines and ages within this process. Never goes back and never
   * jumps, whatever becomes of the machine's clock.
   */
  monotonic(): number;
}

/** The time of day, for what is written down or compared with what others have written. It can be set back. */
export interface WallClock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** RFC 3339 in UTC with milliseconds, as every time in a record or response is written. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
