import { beforeEach, describe, expect, it } from 'vitest';
import { consistencyWindow } from '../../src/keymgmt/consistency-window.ts';
import { CONSISTENCY_WINDOW_MS } from '../../src/providers/aws/client.ts';
import { recentIds } from '../../src/providers/http/recent-ids.ts';
import { retryWithin, CONSISTENT } from '../../src/providers/http/retry.ts';
import { ProviderError } from '../../src/providers/errors.ts';
import { rfc3339 } from '../../src/support/clock.ts';
import { distribute, distributedKey, type TestClock } from '../support/distributed-key.ts';
import type { Engine, InMemoryStorage } from '../support/engine.ts';
import type { ModelCloud } from '../support/model-cloud.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WINDOW_MS = 5 * MINUTE;

describe("when the machine's clock is set back by 30 days", () => {
  let wall: number;
  let elapsed: number;
  const pass = (milliseconds: number): void => {
    wall += milliseconds;
    elapsed += milliseconds;
  };
  const clock: TestClock = { now: () => wall, monotonic: () => elapsed, advance: pass };
  const setBack = (): void => {
    wall -= 30 * DAY;
  };
  beforeEach(() => {
    wall = Date.parse('2026-01-31T00:00:00Z');
    elapsed = 1000;
  });

  describe('the periodic function', () => {
    let cloud: ModelCloud;
    let storage: InMemoryStorage;
    let engine: Engine;
    beforeEach(async () => {
      ({ engine, cloud, storage } = await distributedKey({ distributed: false, clock }));
    });

    it('retries a failed distribution after 30 seconds', async () => {
      cloud.fault = (action) => (action === 'import' ? { when: 'before', reason: 'forbidden' } : undefined);
      await engine.errorOf(distribute(engine));
      await engine.tick(false);
      cloud.fault = () => undefined;
      setBack();
      pass(30_000);
      await engine.tick(false);
      expect([...cloud.objects.values()]).toMatchObject([{ state: 'enabled' }]);
    });

    it('searches for possible orphans again after an hour', async () => {
      cloud.fault = (action) => (action === 'create' ? { when: 'after', reason: 'timeout' } : undefined);
      await engine.errorOf(distribute(engine));
      cloud.fault = () => undefined;
      cloud.searchable = false;
      await engine.tick(false);
      expect(storage.keys().filter((key) => key.startsWith('orphan/'))).toHaveLength(1);
      cloud.searchable = true;
      setBack();
      pass(60 * MINUTE);
      const before = cloud.calls.length;
      await engine.tick(false);
      expect(cloud.calls.slice(before)).toContainEqual(expect.stringMatching(/^find /));
    });
  });

  it('an attempt stays within the consistency window for exactly one more window', () => {
    const since = rfc3339(wall);
    setBack();
    const window = consistencyWindow(clock);
    expect(window.isWithin(since, WINDOW_MS)).toBe(true);
    pass(5 * MINUTE - 1);
    expect(window.isWithin(since, WINDOW_MS)).toBe(true);
    pass(1);
    expect(window.isWithin(since, WINDOW_MS)).toBe(false);
  });

  it('a KMS key stays within the consistency window for five minutes at most', () => {
    const recent = recentIds(clock, CONSISTENCY_WINDOW_MS);
    recent.add('kms-key');
    setBack();
    pass(5 * MINUTE);
    expect(recent.has('kms-key')).toBe(false);
  });

  it('a call is not retried beyond its time budget', async () => {
    let tries = 0;
    const wait = async (milliseconds: number): Promise<void> => {
      pass(milliseconds);
      if (tries === 1) setBack();
    };
    const retry = retryWithin(45_000, { clock, random: () => 0.5, wait }, new AbortController().signal);
    const call = retry(CONSISTENT, async () => {
      tries++;
      throw new ProviderError(tries > 1000 ? 'forbidden' : 'throttled', 'Rate exceeded', { call: 'x' });
    });
    await expect(call).rejects.toThrow('Rate exceeded');
    expect(tries).toBeLessThan(30);
  });
});

describe('an attempt with a recorded start time', () => {
  it('is within the consistency window for five minutes; an attempt without a start time is not', () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const since = rfc3339(now);
    const window = consistencyWindow({ now: () => now, monotonic: () => 0 });
    now += 5 * MINUTE - 1;
    expect(window.isWithin(since, WINDOW_MS)).toBe(true);
    now += 1;
    expect(window.isWithin(since, WINDOW_MS)).toBe(false);
    expect(window.isWithin(undefined, WINDOW_MS)).toBe(false);
  });
});
