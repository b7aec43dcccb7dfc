import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../support/clock.ts';
import { ProviderError, type ProviderErrorReason } from '../errors.ts';

/** Which failures are retried, and the backoff between attempts. */
export interface RetryPolicy {
  readonly reasons: readonly ProviderErrorReason[];
  /** Wait before the second attempt; doubles, with jitter, up to `maxWaitMs`. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
}

const TRANSIENT: readonly ProviderErrorReason[] = ['throttled', 'unavailable', 'timeout'];

/** For a call that may not be repeated: a throttled one creates nothing; after any other failure an object may exist. */
export const CREATE: RetryPolicy = { reasons: ['throttled'], firstWaitMs: 500, maxWaitMs: 4_000 };
/** For repeatable calls on objects outside the consistency window. */
export const CONSISTENT: RetryPolicy = { reasons: TRANSIENT, firstWaitMs: 250, maxWaitMs: 4_000 };
/** For repeatable calls on objects within the consistency window: they may return not found or the previous state. */
export const WITHIN_WINDOW: RetryPolicy = { ...CONSISTENT, reasons: [...TRANSIENT, 'not_found', 'invalid_state'] };

/** For objects that another process may have created within the consistency window. */
export const UNKNOWN_AGE: RetryPolicy = { ...CONSISTENT, reasons: ['not_found'] };

/** Waits. Injected, so that tests do not sleep. Rejects when the signal aborts. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** {@link Wait} by timer. */
export const realWait: Wait = async (milliseconds, signal) => {
  await delay(milliseconds, undefined, { signal });
};

/** The injected dependencies of {@link retryWithin}. */
export interface RetryDependencies {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly wait: Wait;
  /** Told of each retry. */
  readonly onRetry?: ((reason: ProviderErrorReason) => void) | undefined;
}

/** Repeats a request until it succeeds, fails for a reason that the policy does not retry, or the budget is spent. */
export type Retry = <T>(policy: RetryPolicy, request: () => Promise<T>) => Promise<T>;

/** Retries that share one time budget: no attempt starts later than `budgetMs` from now. */
export function retryWithin(budgetMs: number, dependencies: RetryDependencies, signal: AbortSignal): Retry {
  const { clock, random, wait, onRetry } = dependencies;
  const end = clock.monotonic() + budgetMs;
  return async (policy, request) => {
    for (let waitMs = policy.firstWaitMs; ; waitMs = Math.min(waitMs * 2, policy.maxWaitMs)) {
      try {
        return await request();
      } catch (error) {
        if (!(error instanceof ProviderError) || !policy.reasons.includes(error.reason)) throw error;
        // Half fixed, half random, so that clients that were throttled together do not retry together.
        const pause = waitMs / 2 + (random() * waitMs) / 2;
        if (signal.aborted || clock.monotonic() + pause >= end) throw error;
        await wait(pause, signal).catch(() => {
          throw error;
        });
        onRetry?.(error.reason);
      }
    }
  };
}
