import type { BackendContext } from '../../logical/index.ts';
import type { HeldKey } from '../held-key.ts';
import type { Mount } from '../mount.ts';
import { asBackendError } from '../provider-failure.ts';
import { reconcile, type ReconcileOptions } from '../reconcile/reconcile.ts';
import type { ReconcileStep } from '../reconcile-step.ts';

export interface Change extends ReconcileOptions {
  /** Writes the desired state, where it is not written yet. From then on the change is committed. */
  readonly write?: () => Promise<void>;
  /** Precedes the error of a KMS: what is so in Vault all the same. */
  readonly failure?: string;
}

/**
 * Changes the desired state of a distribution and brings its KMS to it: puts it on the work queue, so that whatever
 * interrupts the rest is finished later, writes, reconciles, and turns a failure of the KMS into the error of a request.
 * Where there is nothing to write, reconciling puts it on the queue.
 *
 * @throws {BackendError} where the KMS fails
 */
export async function bringAbout(
  mount: Mount,
  context: BackendContext,
  key: HeldKey,
  kms: string,
  { write, failure, ...options }: Change,
): Promise<readonly ReconcileStep[]> {
  if (write) {
    mount.workQueue.add({ key: key.name, kms });
    await write();
  }
  try {
    return await reconcile(mount, context, key, kms, options);
  } catch (error) {
    throw asBackendError(error, failure);
  }
}
