import { KmsError } from './errors.ts';

/** Counts one call against the quota of its action. @throws {KmsError} ThrottlingException */
export type Throttle = (region: string, action: string, now: number) => void;

/**
 * Request quotas as token buckets, one for each action and Region, shared by all callers: a quota of n per second allows a
 * burst of n calls and one more each 1/n second. Actions without a quota are not limited.
 */
export function newThrottle(quotas: Readonly<Record<string, number>>): Throttle {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (region, action, now) => {
    const perSecond = quotas[action];
    if (perSecond === undefined) return;
    const capacity = Math.max(1, perSecond);
    const name = `${region}/${action}`;
    const bucket = buckets.get(name) ?? { tokens: capacity, at: now };
    const tokens = Math.min(capacity, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    buckets.set(name, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    if (tokens < 1) {
      throw new KmsError(
        'ThrottlingException',
        'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
      );
    }
  };
}
