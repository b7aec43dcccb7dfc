import { beforeEach, describe, expect, it } from 'vitest';
import { workQueue, type WorkQueue } from '../../src/keymgmt/work-queue.ts';
import { clockOf } from '../support/clock.ts';

const ref = { kms: 'aws', key: 'k' };
const other = { kms: 'aws', key: 'other' };

describe('the queue of distributions to reconcile', () => {
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

  it('an added distribution is due at once', () => {
    set.add(ref);
    set.add(other);
    expect(set.due(false)).toEqual([ref, other]);
    set.done(ref);
    expect(set.due(true)).toEqual([other]);
  });

  it('backoff starts at 30 seconds, doubles, and ends at an hour', () => {
    for (const seconds of [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]) {
      set.retryLater(ref, 'refused');
      expect(dueAfter(seconds * 1000 - 1)).toBe(false);
      expect(dueAfter(1)).toBe(true);
    }
  });

  it('backoff is the same for an added distribution', () => {
    set.add(ref);
    set.retryLater(ref, 'refused');
    expect(dueAfter(29_999)).toBe(false);
    expect(dueAfter(1)).toBe(true);
  });

  it('adding a distribution again does not reset its backoff', () => {
    set.retryLater(ref, 'refused');
    set.add(ref);
    expect(set.due(false)).toEqual([]);
    set.retryLater(ref, 'refused');
    expect(dueAfter(59_999)).toBe(false);
    expect(dueAfter(1)).toBe(true);
  });

  it('all distributions are due on an immediate tick', () => {
    set.retryLater(ref, 'refused');
    set.add(other);
    expect(set.due(false)).toEqual([other]);
    expect(set.due(true)).toEqual([ref, other]);
  });
});
