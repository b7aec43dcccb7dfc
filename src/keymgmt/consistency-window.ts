import type { Clock } from '../support/clock.ts';

/** Tells whether an object was made so lately that the KMS may not know of it yet. */
export interface ConsistencyWindow {
  /**
   * @param since - when its creation was begun, RFC 3339, as a record holds it; undefined: long ago
   * @param windowMs - how long the cloud may take (KmsDriver.consistencyWindowMs)
   */
  isWithin(since: string | undefined, windowMs: number): boolean;
}

/**
 * Measures age by two clocks, as the machine's clock can be set back: then a time in a record lies in the future, and by
 * that clock alone its object would stay within the window for days. So an object is within it for one window at most
 * after this process first asked for it: by then it is older, whatever the machine's clock says. Taking it for older at
 * once would be wrong: it may have been made a second ago, and nobody would look for it any more.
 */
export function consistencyWindow(clock: Clock): ConsistencyWindow {
  /** Monotonic time of the first question, by `since`; only while the machine's clock says that it is within the window. */
  const firstAsked = new Map<string, { readonly at: number; readonly windowMs: number }>();
  const seemsWithin = (since: string, windowMs: number): boolean => clock.now() < Date.parse(since) + windowMs;
  return {
    isWithin(since, windowMs) {
      for (const [each, asked] of firstAsked) if (!seemsWithin(each, asked.windowMs)) firstAsked.delete(each);
      if (since === undefined || !seemsWithin(since, windowMs)) return false;
      const asked = firstAsked.get(since) ?? { at: clock.monotonic(), windowMs };
      firstAsked.set(since, asked);
      return clock.monotonic() - asked.at < windowMs;
    },
  };
}
