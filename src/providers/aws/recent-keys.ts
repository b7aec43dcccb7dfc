import type { Clock } from '../../support/clock.ts';

/** AWS KMS is eventually consistent: "usually less than a few seconds, in some cases several minutes". */
const CONSISTENCY_WINDOW_MS = 5 * 60_000;

/** KMS keys within the consistency window: created, imported into or found recently, so that calls may not see it yet. */
export interface RecentKeys {
  add(id: string): void;
  has(id: string): boolean;
}

export function recentKeys(clock: Clock): RecentKeys {
  const since = new Map<string, number>();
  return {
    add(id) {
      const now = clock.monotonic();
      for (const [other, added] of since) if (now - added >= CONSISTENCY_WINDOW_MS) since.delete(other);
      since.set(id, now);
    },
    has: (id) => clock.monotonic() - (since.get(id) ?? -Infinity) < CONSISTENCY_WINDOW_MS,
  };
}
