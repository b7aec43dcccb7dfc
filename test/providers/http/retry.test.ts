import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/providers/errors.ts';
import { CREATE, retryWithin, CONSISTENT, type Wait } from '../../../src/providers/http/retry.ts';
import type { Clock } from '../../../src/support/clock.ts';
import { clockOf } from '../../support/clock.ts';

const throttled = (): ProviderError => new ProviderError('throttled', 'Rate exceeded', { call: 'x' });

/** Time that passes only when everybody waits, and then to the next one who wakes up. */
function simulatedTime(): { clock: Clock; wait: Wait; run(): Promise<void> } {
  let now = 0;
  const sleepers: { until: number; wake: () => void }[] = [];
  return {
    clock: clockOf(() => now),
    wait: (milliseconds) =>
      new Promise((wake) => {
        sleepers.push({ until: now + milliseconds, wake });
      }),
    async run() {
      for (;;) {
        // All that can go on without waiting does.
        await new Promise(setImmediate);
        sleepers.sort((one, other) => one.until - other.until);
        const next = sleepers.shift();
        if (!next) return;
        now = next.until;
        next.wake();
      }
    },
  };
}

/** Numbers that are spread over [0, 1), the same in every run. */
function spread(): () => number {
  let state = 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

describe('retryWithin', () => {
  it.each([
    ['1 a second', 1, 20],
    ['0.25 a second', 0.25, 5],
  ])('completes all calls within a quota of %s for GetParametersForImport', async (_name, perSecond, callers) => {
    const time = simulatedTime();
    let tokens = 1;
    let at = 0;
    const request = async (): Promise<number> => {
      tokens = Math.min(1, tokens + ((time.clock.now() - at) / 1000) * perSecond);
      at = time.clock.now();
      if (tokens < 1) throw throttled();
      tokens -= 1;
      return at;
    };
    const dependencies = { ...time, random: spread() };
    const all = Promise.allSettled(
      Array.from({ length: callers }, () =>
        retryWithin(45_000, dependencies, new AbortController().signal)(CONSISTENT, request),
      ),
    );
    await time.run();
    expect((await all).filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  it('spreads retries with jitter', async () => {
    const pauses = async (random: number): Promise<readonly number[]> => {
      const waited: number[] = [];
      const wait: Wait = async (milliseconds) => {
        waited.push(milliseconds);
      };
      let calls = 0;
      const request = async (): Promise<void> => {
        if (++calls < 7) throw throttled();
      };
      const dependencies = { clock: clockOf(() => 0), random: () => random, wait };
      await retryWithin(45_000, dependencies, new AbortController().signal)(CONSISTENT, request);
      return waited;
    };
    expect(await pauses(0)).toEqual([125, 250, 500, 1000, 2000, 2000]);
    expect(await pauses(0.999999)).toEqual(
      [250, 500, 1000, 2000, 4000, 4000].map((most): unknown => expect.closeTo(most, 1)),
    );
  });

  it.each(['unavailable', 'timeout', 'invalid_state', 'not_found'] as const)(
    'never repeats CreateKey after %s',
    async (reason) => {
      let calls = 0;
      const request = async (): Promise<never> => {
        calls++;
        throw new ProviderError(reason, '', { call: 'CreateKey' });
      };
      const dependencies = { clock: clockOf(() => 0), random: () => 0, wait: async () => undefined };
      await expect(
        retryWithin(45_000, dependencies, new AbortController().signal)(CREATE, request),
      ).rejects.toMatchObject({ reason });
      expect(calls).toBe(1);
    },
  );

  it('rejects with the last failure if the signal aborts during a wait', async () => {
    const aborter = new AbortController();
    const wait: Wait = async () => {
      aborter.abort();
      throw new Error('aborted');
    };
    const failed = throttled();
    const dependencies = { clock: clockOf(() => 0), random: () => 0, wait };
    const call = retryWithin(45_000, dependencies, aborter.signal)(CONSISTENT, () => Promise.reject(failed));
    await expect(call).rejects.toBe(failed);
  });

  it('rethrows errors that are not a ProviderError', async () => {
    const bug = new TypeError('a bug');
    const dependencies = { clock: clockOf(() => 0), random: () => 0, wait: async () => undefined };
    const call = retryWithin(45_000, dependencies, new AbortController().signal)(CONSISTENT, () => Promise.reject(bug));
    await expect(call).rejects.toBe(bug);
  });
});
