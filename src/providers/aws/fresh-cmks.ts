import type { Clock } from '../../support/clock.ts';

/** AWS KMS is eventually consistent, "usually less than a few seconds, in some cases several minutes". */
const FRESH_MS = 5 * 60_000;

/** Which CMKs were made, filled or found so lately that parts of AWS KMS may not know of it. */
export interface FreshCmks {
  add(id: string): void;
  has(id: string): boolean;
}

export function freshCmks(clock: Clock): FreshCmks {
  const since = new Map<string, number>();
  return {
    add(id) {
      const now = clock.monotonic();
      for (const [other, added] of since) if (now - added >= FRESH_MS) since.delete(other);
      since.set(id, now);
    },
    has: (id) => clock.monotonic() - (since.get(id) ?? -Infinity) < FRESH_MS,
  };
}
