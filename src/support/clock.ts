/** The time, injected wherever it matters so that tests can set it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** RFC 3339 in UTC with milliseconds, as every time in a record or response is written. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
