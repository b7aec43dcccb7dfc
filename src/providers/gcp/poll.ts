import { ProviderError } from '../errors.ts';
import type { RetryDependencies } from '../http/retry.ts';

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 2_000;

/**
 * Asks until there is an answer, or the time is over.
 *
 * @returns undefined once the time is over
 * @throws {ProviderError} timeout where the signal aborts meanwhile
 */
export async function poll<T>(
  { clock, wait }: Pick<RetryDependencies, 'clock' | 'wait'>,
  limitMs: number,
  signal: AbortSignal,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = clock.monotonic() + limitMs;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
    const found = await ask();
    if (found !== undefined || clock.monotonic() + waitMs >= end) return found;
    await wait(waitMs, signal).catch(() => {
      throw new ProviderError('timeout', 'wait: cancelled', { call: 'wait', ambiguous: true });
    });
  }
}
