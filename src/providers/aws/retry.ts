import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../support/clock.ts';
import { ProviderError, type ProviderErrorReason } from '../errors.ts';

/** Which failures are worth another try, and how long all tries together may take. */
export interface RetryPolicy {
  readonly reasons: readonly ProviderErrorReason[];
  /** Wait before the second try; doubles, with jitter, up to `maxWaitMs`. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
  /** No further try begins once this has passed since the first. */
  readonly budgetMs: number;
}

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

/** Runs a call until it succeeds, fails for a reason that no waiting mends, or has used up its budget. */
export async function withRetry<T>(
  policy: RetryPolicy,
  { clock, random, wait }: RetryDependencies,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  const end = clock.now() + policy.budgetMs;
  for (let waitMs = policy.firstWaitMs; ; waitMs = Math.min(waitMs * 2, policy.maxWaitMs)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ProviderError) || !policy.reasons.includes(error.reason)) throw error;
      // Half fixed, half random: callers that were throttled together come back apart.
      const pause = waitMs / 2 + (random() * waitMs) / 2;
      if (signal.aborted || clock.now() + pause >= end) throw error;
      await wait(pause, signal).catch(() => {
        throw error;
      });
    }
  }
}
