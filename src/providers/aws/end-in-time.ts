import { setMaxListeners } from 'node:events';

export interface EndInTimeOptions {
  readonly limitMs: number;
  /** Of the caller, who may give up. */
  readonly signal: AbortSignal;
  /** Whether the caller's giving up is left unheard now. */
  readonly goesOn: (own: AbortSignal) => boolean;
  readonly failure: (why: 'late' | 'cancelled', own: AbortSignal) => Error;
}

/**
 * Runs a task that has to end: after `limitMs`, or once the caller gives up, whether or not what it waits for ever does.
 *
 * @param task - is given a signal of its own, which aborts when the task is not waited for any more
 */
export async function endInTime<T>(
  { limitMs, signal, goesOn, failure }: EndInTimeOptions,
  task: (own: AbortSignal) => Promise<T>,
): Promise<T> {
  const aborter = new AbortController();
  const own = aborter.signal;
  // A task may wait for many things at the same time.
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
