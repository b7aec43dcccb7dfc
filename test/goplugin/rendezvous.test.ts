import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rendezvous } from '../../src/goplugin/rendezvous.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a rendezvous', () => {
  it('gives what was left before it is asked for', async () => {
    const place = rendezvous<string>(5_000);
    place.offer(1, 'a');
    place.offer(2, 'b');
    expect(await place.claim(2)).toBe('b');
    expect(await place.claim(1)).toBe('a');
  });

  it('gives what arrives after it is asked for', async () => {
    const place = rendezvous<string>(5_000);
    const claimed = place.claim(1);
    place.offer(1, 'a');
    expect(await claimed).toBe('a');
  });

  it('waits for as long as it should and no longer', async () => {
    const place = rendezvous<string>(5_000);
    const claimed = place.claim(1);
    claimed.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(4_999);
    place.offer(2, 'b');
    await vi.advanceTimersByTimeAsync(1);
    await expect(claimed).rejects.toThrow(/^timeout waiting for connection info$/);
  });

  it('drops what nobody asks for', async () => {
    const place = rendezvous<string>(5_000);
    place.offer(1, 'a');
    await vi.advanceTimersByTimeAsync(5_000);
    const claimed = place.claim(1);
    place.offer(1, 'b');
    expect(await claimed).toBe('b');
  });

  it('gives a value once, and leaves no timer behind', async () => {
    const place = rendezvous<string>(5_000);
    place.offer(1, 'a');
    await place.claim(1);
    expect(vi.getTimerCount()).toBe(0);
    const again = place.claim(1);
    place.offer(1, 'b');
    expect(await again).toBe('b');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps the latest of two offers for as long as a fresh one', async () => {
    const place = rendezvous<string>(5_000);
    place.offer(1, 'a');
    await vi.advanceTimersByTimeAsync(4_000);
    place.offer(1, 'b');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await place.claim(1)).toBe('b');
  });

  it('keeps a claim that was made while an earlier one of the number waited', async () => {
    const place = rendezvous<string>(5_000);
    const early = place.claim(1);
    early.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(4_000);
    const late = place.claim(1);
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(early).rejects.toThrow(/^timeout/);
    place.offer(1, 'a');
    expect(await late).toBe('a');
    expect(vi.getTimerCount()).toBe(0);
  });
});
