import { describe, expect, it, onTestFinished } from 'vitest';
import { unlessAborted } from '../../src/support/unless-aborted.ts';

/** Failures that nobody has handled, which would end the process of the plugin. */
function unhandled(): readonly unknown[] {
  const seen: unknown[] = [];
  const note = (error: unknown): void => void seen.push(error);
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
  onTestFinished(() => {
    process.off('unhandledRejection', note);
    for (const other of others) process.on('unhandledRejection', other);
  });
  return seen;
}

describe('work that a signal need not wait for', () => {
  it.each(['before', 'meanwhile'])('handles its failure where the signal is aborted %s', async (when) => {
    const seen = unhandled();
    const aborter = new AbortController();
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<never>((_resolve, reject) => (fail = reject));
    if (when === 'before') aborter.abort(new Error('the request has ended'));
    const waiting = unlessAborted(work, aborter.signal);
    aborter.abort(new Error('the request has ended'));
    await expect(waiting).rejects.toThrow('the request has ended');
    fail(new Error('it failed later'));
    // Node.js tells of it once all microtasks are done.
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([]);
  });
});
