import { codedError, isReadOnlyError, type BackendContext } from '../../../logical/index.ts';
import { withinBudget } from '../../../support/budget.ts';
import { reconcile } from '../../reconcile/reconcile.ts';
import { distributionName, type DistributionRef } from '../../records/distribution-store.ts';
import { IncompleteError } from '../../incomplete-error.ts';
import { changeKey } from '../../held-key.ts';
import type { Mount } from '../../mount.ts';
import { isUnreachable } from '../../provider-failure.ts';
import type { Outcome, Round } from './rounds.ts';
import { reasonOf } from '../../../support/reason-of.ts';

/** One distribution holds its key's lock for no longer than this, as requests may be waiting for it. */
const DISTRIBUTION_MS = 15_000;

/** Tries the distributions that are due, except those in `tried`, to which it adds. */
export async function reconcileDue(
  mount: Mount,
  context: BackendContext,
  round: Round,
  { immediate, tried }: { readonly immediate: boolean; readonly tried: Set<string> },
): Promise<void> {
  const byKms = new Map<string, DistributionRef[]>();
  for (const ref of mount.workQueue.due(immediate)) {
    if (tried.has(distributionName(ref))) continue;
    const refs = byKms.get(ref.kms);
    if (refs) refs.push(ref);
    else byKms.set(ref.kms, [ref]);
  }
  await round.run(byKms, async (ref, ofKms) => {
    // A request is at work on it, or will be when it gets its turn. The last tick of a mount waits for that.
    if (!immediate && mount.keyLock.isHeld(ref.key)) return 'done';
    tried.add(distributionName(ref));
    // What another distribution has shown in this round.
    if (await mount.guard.isEngaged(context)) return 'done';
    return reconcileOne(mount, ofKms, ref, context.signal);
  });
}

async function reconcileOne(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  host: AbortSignal,
): Promise<Outcome> {
  const spent = (): Error => codedError(504, `not finished within ${DISTRIBUTION_MS / 1000} s`);
  const { timer } = mount;
  let budget: AbortSignal | undefined;
  try {
    const steps = await withinBudget(
      { timer, milliseconds: DISTRIBUTION_MS, outer: context.signal, spent },
      (signal) => {
        budget = signal;
        const own = { ...context, signal };
        return changeKey(mount, own, ref.key, (held) => reconcile(mount, own, held, ref.kms));
      },
    );
    // None where a request that was under way has done all of it meanwhile.
    if (steps.length > 0) mount.logger.info('finished an interrupted distribution', { key: ref.key, kms: ref.kms });
    return 'done';
  } catch (error) {
    if (isReadOnlyError(error) || host.aborted) throw error;
    const goesOn = budget?.aborted === true && hasProgressed(error);
    const reason = reasonOf(error);
    if (goesOn) mount.workQueue.resume(ref);
    else mount.workQueue.retryLater(ref, reason);
    mount.logger.warn('a distribution is still incomplete', { key: ref.key, kms: ref.kms, reason });
    return !goesOn && isUnreachable(error) ? 'unreachable' : 'done';
  }
}

/** Whether something is done that need not be done again; the search for a lost attempt may have found nothing. */
function hasProgressed(error: unknown): boolean {
  return error instanceof IncompleteError && error.progress.done.some(({ action }) => action !== 'resolve_attempt');
}
