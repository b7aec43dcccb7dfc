/**
 * Counts one call against the quota of its action. False: the call exceeds it.
 *
 * @param scope what has a quota of its own, a Region say
 */
export type Throttle = (scope: string, action: string, now: number) => boolean;

/**
 * Request quotas as token buckets, shared by all callers: a quota of n per second allows a burst of n calls and one more
 * each 1/n second. Actions without a quota are not limited.
 *
 * @param quotas calls a second by action
 */
export function newThrottle(quotas: Readonly<Record<string, number>>): Throttle {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (scope, action, now) => {
    const perSecond = quotas[action];
    if (perSecond === undefined) return true;
    const capacity = Math.max(1, perSecond);
    const name = `${scope}/${action}`;
    const bucket = buckets.get(name) ?? { tokens: capacity, at: now };
    const tokens = Math.min(capacity, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    buckets.set(name, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  };
}
