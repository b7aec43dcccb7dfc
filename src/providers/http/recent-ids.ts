import type { Clock } from '../../support/clock.ts';

/** Objects within the consistency window: created, imported into or found recently, so that calls may not see them yet. */
export interface RecentIds {
  add(id: string): void;
  has(id: string): boolean;
}

export function recentIds(clock: Clock, windowMs: number): RecentIds {
  const since = new Map<string, number>();
  return {
    add(id) {
      const now = clock.monotonic();
      for (const [other, added] of since) if (now - added >= windowMs) since.delete(other);
      since.set(id, now);
    },
    has: (id) => clock.monotonic() - (since.get(id) ?? -Infinity) < windowMs,
  };
}
