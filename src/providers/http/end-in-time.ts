import { setMaxListeners } from 'node:events';

export interface EndInTimeOptions {
  readonly limitMs: number;
  /** The caller's signal. */
  readonly signal: AbortSignal;
  /** Whether the caller's abort is ignored at this point. */
  readonly goesOn: (own: AbortSignal) => boolean;
  readonly failure: (why: 'late' | 'cancelled', own: AbortSignal) => Error;
}

/**
 * Runs a task that ends after `limitMs`, or when the caller aborts, even if the task itself never settles.
 *
 * @param task - receives its own signal, which aborts when the result is no longer awaited
 */
export async function endInTime<T>(
  { limitMs, signal, goesOn, failure }: EndInTimeOptions,
  task: (own: AbortSignal) => Promise<T>,
): Promise<T> {
  const aborter = new AbortController();
  const own = aborter.signal;
  // A task may add many listeners at the same time.
  setMaxListeners(0, own);
  if (signal.aborted) throw failure('cancelled', own);
  let clear = (): void => undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    const end = (why: 'late' | 'cancelled'): void => {
      reject(failure(why, own));
      aborter.abort();
    };
    const timer = setTimeout(end, limitMs, 'late');
    const cancel = (): void => {
      if (!goesOn(own)) end('cancelled');
    };
    signal.addEventListener('abort', cancel);
    clear = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
    };
  });
  try {
    return await Promise.race([task(own), ended]);
  } finally {
    clear();
  }
}
