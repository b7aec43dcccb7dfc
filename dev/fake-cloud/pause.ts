import type { Fault, FaultCall } from './faults.ts';

export interface PauseRequest {
  /** Which call from now, from 1. */
  readonly nth: number;
  readonly when: Fault['when'];
  /** Counts only calls of this action. @default any */
  readonly action?: string;
}

/** Holds one later call, so that a test can stop the client while the call is pending. */
export interface Pause<Call> {
  choose(call: Call): Fault | undefined;
  /** Resolves when the call is held. */
  readonly reached: Promise<Call>;
  /** @param how `drop: true` closes the call's connection; a call held before its effect then has none */
  resume(how: { readonly drop?: boolean }): void;
}

/** @throws {Error} for a request that is not one */
export function newPause<Call extends FaultCall>({ nth, when, action }: PauseRequest): Pause<Call> {
  if (!Number.isInteger(nth) || nth < 1) throw new Error('nth is a number from 1');
  if (!['before', 'after'].includes(when)) throw new Error('when is before or after');
  const reached = deferred<Call>();
  const released = deferred<{ readonly drop?: boolean }>();
  let seen = 0;
  return {
    choose(call) {
      if (action !== undefined && action !== call.action) return undefined;
      seen += 1;
      if (seen !== nth) return undefined;
      return {
        when,
        hold: () => {
          reached.settle(call);
          return released.promise;
        },
      };
    },
    reached: reached.promise,
    resume: released.settle,
  };
}

function deferred<T>(): { readonly promise: Promise<T>; readonly settle: (value: T) => void } {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}
