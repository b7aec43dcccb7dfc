import { unlessAborted } from './unless-aborted.ts';

/** Mutual exclusion per key: one holder a key at a time, first come first served, other keys untouched. */
export interface KeyedMutex {
  /**
   * Waits for the key, runs `task` alone with it, and lets the next one in whatever happens.
   *
   * @throws the signal's reason, when it aborts while still waiting; `task` is not run then
   */
  run<T>(key: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Whether somebody holds the key or waits for it just now. */
  isHeld(key: string): boolean;
}

/** Makes a mutex; keys cost nothing once nobody holds or awaits them. */
export function keyedMutex(): KeyedMutex {
  const tails = new Map<string, Promise<void>>();
  return {
    isHeld: (key) => tails.has(key),
    async run(key, task, signal) {
      const before = tails.get(key);
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const tail = before ? before.then(() => held) : held;
      tails.set(key, tail);
      try {
        if (before) await unlessAborted(before, signal);
        signal?.throwIfAborted();
        return await task();
      } finally {
        release();
        // Not before those in front are done: who gave up waiting is the last in line, and the holder still at work.
        void tail.then(() => {
          if (tails.get(key) === tail) tails.delete(key);
        });
      }
    },
  };
}
