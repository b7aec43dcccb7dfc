import type { ProviderError } from '../providers/errors.ts';
import type { DistributionRef } from './records/distribution-store.ts';
import type { Step } from '../providers/step.ts';

/** How far a run of the convergence came. */
export interface Progress {
  readonly done: readonly Step[];
  /** The steps that failed, the first one first, and what else there is to do. */
  readonly left: readonly Step[];
  readonly removing: boolean;
}

/** The cloud failed in the middle: Vault's side is as it should be, the cloud's is not yet. */
export class IncompleteError extends Error {
  override readonly name = 'IncompleteError';
  override readonly cause: ProviderError;
  readonly ref: DistributionRef;
  readonly progress: Progress;

  /** @param failures - at least one; the first is the cause */
  constructor(ref: DistributionRef, progress: Progress, failures: readonly ProviderError[]) {
    const [cause] = failures;
    if (cause === undefined) throw new Error('an incomplete run has a failure');
    super(describe(ref, progress, failures), { cause });
    this.cause = cause;
    this.ref = ref;
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
  // One text for each kind of call: of a hundred versions all are refused in the same words.
  const calls = failures.map(({ call }) => call);
  const texts = failures.filter(({ call }, index) => calls.indexOf(call) === index).map(({ message }) => message);
  return (
    `${what} "${ref.key}" ${link} "${ref.kms}" is incomplete: ${texts.join('; ')}` +
    `${finished}; left: ${listed(left)}. ` +
    'It is taken up again by itself within minutes; repeat the request to go on now'
  );
}

/** An answer names so many steps; a key may have thousands of versions. */
const MAX_NAMED = 20;

function listed(steps: readonly Step[]): string {
  const named = steps.slice(0, MAX_NAMED).map(stepText);
  const others = steps.length - named.length;
  return [...named, ...(others > 0 ? [`and ${others} more`] : [])].join(', ');
}

/** A step in words, for errors and plans. */
export function stepText(step: Step): string {
  switch (step.action) {
    case 'find':
      return `look for version ${step.version} of an interrupted attempt`;
    case 'create':
      return `create version ${step.version}`;
    case 'import':
      return `import version ${step.version}`;
    case 'enable':
      return `enable version ${step.version}`;
    case 'disable':
      return `disable version ${step.version}`;
    case 'set_current':
      return `point the name to version ${step.version}`;
    case 'remove_name':
      return 'remove the name';
    case 'remove':
      return `schedule the deletion of version ${step.version}`;
    case 'remove_replaced':
      return `schedule the deletion of ${step.remoteId}, which was replaced`;
  }
}
