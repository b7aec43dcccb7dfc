import type { Clock } from '../support/clock.ts';

/**
 * How long a cloud may take to show a new object in its lists (AWS: "in some cases several minutes"). A search that
 * finds nothing proves nothing for an attempt younger than this.
 */
const CONSISTENCY_WINDOW_MS = 5 * 60_000;

/** Tells whether what a cloud says of an object cannot be believed yet, as the object was made so lately. */
export interface ConsistencyWindow {
  /** @param since - when its creation was begun, RFC 3339, as a record holds it; undefined counts as long ago */
  isWithin(since: string | undefined): boolean;
}

/**
 * Ages by two clocks, as the machine's clock can be set back: then a time in a record lies in the future, and by that
 * clock alone its object would stay young for days. So an object is young for one window at most after this process
 * first asked for it: by then it is older than that, whatever the machine's clock says. Taking it for old at once would
 * be wrong: it may have been made a second ago, and nobody would look for it any more.
 */
export function consistencyWindow(clock: Clock): ConsistencyWindow {
  /** Monotonic time of the first question, by `since`; only while the machine's clock says that it is young. */
  const firstAsked = new Map<string, number>();
  const seemsYoung = (since: string): boolean => clock.now() < Date.parse(since) + CONSISTENCY_WINDOW_MS;
  return {
    isWithin(since) {
      for (const each of firstAsked.keys()) if (!seemsYoung(each)) firstAsked.delete(each);
      if (since === undefined || !seemsYoung(since)) return false;
      const asked = firstAsked.get(since) ?? clock.monotonic();
      firstAsked.set(since, asked);
      return clock.monotonic() - asked < CONSISTENCY_WINDOW_MS;
    },
  };
}
