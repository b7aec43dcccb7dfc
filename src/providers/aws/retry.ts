import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../support/clock.ts';
import { ProviderError, type ProviderErrorReason } from '../errors.ts';

/** Which failures are worth another try, and how long to wait for it. */
export interface RetryPolicy {
  readonly reasons: readonly ProviderErrorReason[];
  /** Wait before the second try; doubles, with jitter, up to `maxWaitMs`. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
}

const TRANSIENT: readonly ProviderErrorReason[] = ['throttled', 'unavailable', 'timeout'];

/** For CreateKey: nothing was made when AWS throttles; after any other failure something may have been. */
export const CREATE: RetryPolicy = { reasons: ['throttled'], firstWaitMs: 500, maxWaitMs: 4_000 };
/** For calls that may be repeated, on objects that AWS has seen everywhere. */
export const SETTLED: RetryPolicy = { reasons: TRANSIENT, firstWaitMs: 250, maxWaitMs: 4_000 };
/** Right after a CMK is made or filled, calls may still see it missing or in its old state. */
export const FRESH: RetryPolicy = { ...SETTLED, reasons: [...TRANSIENT, 'not_found', 'invalid_state'] };

/** Where it is not known whether a CMK is fresh. */
export const DOUBTED: RetryPolicy = { ...SETTLED, reasons: ['not_found'] };

/** Waits; a port, so that tests do not sleep. Rejects when the signal aborts. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Waits for real. */
export const realWait: Wait = async (milliseconds, signal) => {
  await delay(milliseconds, undefined, { signal });
};

/** What a retry needs from outside. */
export interface RetryDependencies {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly wait: Wait;
}

/** Makes a request until it succeeds, fails for a reason that no waiting mends, or no time is left. */
export type Retry = <T>(policy: RetryPolicy, request: () => Promise<T>) => Promise<T>;

/** Requests that share one budget: no further try of any of them begins once `budgetMs` have passed since now. */
export function retryWithin(budgetMs: number, { clock, random, wait }: RetryDependencies, signal: AbortSignal): Retry {
  const end = clock.monotonic() + budgetMs;
  return async (policy, request) => {
    for (let waitMs = policy.firstWaitMs; ; waitMs = Math.min(waitMs * 2, policy.maxWaitMs)) {
      try {
        return await request();
      } catch (error) {
        if (!(error instanceof ProviderError) || !policy.reasons.includes(error.reason)) throw error;
        // Half fixed, half random: callers that were throttled together come back apart.
        const pause = waitMs / 2 + (random() * waitMs) / 2;
        if (signal.aborted || clock.monotonic() + pause >= end) throw error;
        await wait(pause, signal).catch(() => {
          throw error;
        });
      }
    }
  };
}
