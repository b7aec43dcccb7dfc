import type { CallContext } from '../goplugin/call-registry.ts';
import { codedError } from '../logical/index.ts';
import type { Timer } from '../support/budget.ts';
import type { WallClock } from '../support/clock.ts';

/**
 * What is kept of the server's deadline to answer in: an answer says more than a server that has given up. Of a deadline
 * that is nearer than twice this, less is kept, and in the end nothing.
 */
const RESERVE_MS = 5_000;
/** For a call without a deadline. Below the minute that Vault's clients wait for an answer. */
const WITHOUT_DEADLINE_MS = 45_000;

/** Runs what a call asks for with a signal that aborts while there is still time to answer. */
export async function withRequestBudget<T>(
  { clock, timer }: { readonly clock: WallClock; readonly timer: Timer },
  { signal, abort, deadline }: Pick<CallContext, 'signal' | 'abort' | 'deadline'>,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const left = deadline === undefined ? WITHOUT_DEADLINE_MS + RESERVE_MS : deadline - clock.now();
  const milliseconds = Math.max(0, Math.min(left, Math.max(left - RESERVE_MS, RESERVE_MS)));
  const spent = (): Error =>
    codedError(
      504,
      `not finished within ${Math.round(milliseconds / 1000)} s: what the request needs did not answer in time, or ` +
        'another request for the same key is still at work; repeat it to go on',
    );
  const cancel = timer(milliseconds, () => {
    abort(spent());
  });
  // Waited for after the signal has aborted, too: whoever holds a lock lets go of it only when nothing is under way.
  try {
    return await task(signal);
  } finally {
    cancel();
  }
}
