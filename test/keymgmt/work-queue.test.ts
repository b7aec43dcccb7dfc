import { beforeEach, describe, expect, it } from 'vitest';
import { workQueue, type WorkQueue } from '../../src/keymgmt/work-queue.ts';
import { clockOf } from '../support/clock.ts';

const ref = { kms: 'aws', key: 'k' };
const other = { kms: 'aws', key: 'other' };

describe('distributions that the cloud does not match yet', () => {
  let now: number;
  let set: WorkQueue;
  const dueAfter = (ms: number): boolean => {
    now += ms;
    return set.due(false).length > 0;
  };

  beforeEach(() => {
    now = 1_000_000;
    set = workQueue(clockOf(() => now));
  });

  it('are due at once when work on them was begun', () => {
    set.add(ref);
    set.add(other);
    expect(set.due(false)).toEqual([ref, other]);
    set.done(ref);
    expect(set.due(true)).toEqual([other]);
  });

  it('wait half a minute after the first failure, then twice as long each time, and an hour at most', () => {
    for (const seconds of [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]) {
      set.retryLater(ref);
      expect(dueAfter(seconds * 1000 - 1)).toBe(false);
      expect(dueAfter(1)).toBe(true);
    }
  });

  it('wait as long when the failed work was begun here', () => {
    set.add(ref);
    set.retryLater(ref);
    expect(dueAfter(29_999)).toBe(false);
    expect(dueAfter(1)).toBe(true);
  });

  it('go on waiting when work on them is begun again', () => {
    set.retryLater(ref);
    set.add(ref);
    expect(set.due(false)).toEqual([]);
    set.retryLater(ref);
    expect(dueAfter(59_999)).toBe(false);
    expect(dueAfter(1)).toBe(true);
  });

  it('are all due when it is asked for all', () => {
    set.retryLater(ref);
    set.add(other);
    expect(set.due(false)).toEqual([other]);
    expect(set.due(true)).toEqual([ref, other]);
  });
});
