import type { ProviderError } from '../providers/errors.ts';
import { reconcileStepText, type ReconcileStep } from './reconcile-step.ts';
import type { DistributionRef } from './records/distribution-store.ts';

/** How far reconciling came. */
export interface Progress {
  readonly done: readonly ReconcileStep[];
  /** The steps that failed, the first one first, and all that is left to do. */
  readonly left: readonly ReconcileStep[];
  readonly removing: boolean;
}

/** The KMS does not match the desired state, as it failed; what was done is on record. */
export class IncompleteError extends Error {
  override readonly name = 'IncompleteError';
  override readonly cause: ProviderError;
  readonly progress: Progress;

  /** @param failures - at least one; the first is the cause */
  constructor(ref: DistributionRef, progress: Progress, failures: readonly ProviderError[]) {
    const [cause] = failures;
    if (cause === undefined) throw new Error('an incomplete run has a failure');
    super(describe(ref, progress, failures), { cause });
    this.cause = cause;
    this.progress = progress;
  }
}

function describe(
  ref: DistributionRef,
  { done, left, removing }: Progress,
  failures: readonly ProviderError[],
): string {
  const what = removing ? 'removal of key' : 'distribution of key';
  const link = removing ? 'from KMS' : 'to KMS';
  const finished = done.length > 0 ? `; done: ${listed(done)}` : '';
  // One text for each kind of call: the refusals of a hundred versions read the same.
  const calls = failures.map(({ call }) => call);
  const texts = failures.filter(({ call }, index) => calls.indexOf(call) === index).map(({ message }) => message);
  return (
    `${what} "${ref.key}" ${link} "${ref.kms}" is incomplete: ${texts.join('; ')}` +
    `${finished}; left: ${listed(left)}. ` +
    'The engine retries automatically; repeat the request to retry now'
  );
}

/** A response names so many steps; a key may have thousands of versions. */
const MAX_NAMED = 20;

function listed(steps: readonly ReconcileStep[]): string {
  const others = steps.length - MAX_NAMED;
  return [...steps.slice(0, MAX_NAMED).map(reconcileStepText), ...(others > 0 ? [`and ${others} more`] : [])].join(
    ', ',
  );
}
