import { setMaxListeners } from 'node:events';

/** Calls back after a time; a port, so that no test has to wait. @returns takes the call back */
export type Timer = (milliseconds: number, callback: () => void) => () => void;

/** The machine's timer, which no change of its clock moves. */
export const systemTimer: Timer = (milliseconds, callback) => {
  const timeout = setTimeout(callback, milliseconds);
  return () => {
    clearTimeout(timeout);
  };
};

/** How long some work may take. */
export interface Budget {
  readonly timer: Timer;
  readonly milliseconds: number;
  /** What the work belongs to: when this aborts, so does the work's own signal, for the same reason. */
  readonly outer: AbortSignal;
  /** Why the work's signal aborts when the time is over. */
  readonly spent: () => Error;
}

/**
 * Runs `task` with a signal that aborts when the time is over. The task is waited for all the same: whoever holds a lock
 * lets go of it only when nothing of the work is under way any more.
 */
export async function withinBudget<T>(budget: Budget, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { timer, milliseconds, outer, spent } = budget;
  const controller = new AbortController();
  // Many calls at once may wait for it; Node warns of more than ten.
  setMaxListeners(0, controller.signal);
  const follow = (): void => {
    controller.abort(outer.reason);
  };
  if (outer.aborted) follow();
  outer.addEventListener('abort', follow, { once: true });
  const cancel = timer(milliseconds, () => {
    controller.abort(spent());
  });
  try {
    return await task(controller.signal);
  } finally {
    cancel();
    outer.removeEventListener('abort', follow);
  }
}
