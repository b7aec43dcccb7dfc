import type { NameReceipt, Receipt } from '../providers/port.ts';
import type { Mount } from './mount.ts';
import type { DistributionRef } from './records/distribution-store.ts';
import type { Step } from '../providers/step.ts';

/** What was done to an object, or to a name, in a cloud. */
export interface Change {
  readonly step: Step['action'] | 'remove_orphan';
  readonly version?: number;
  readonly remoteId?: string;
  /** The name in the cloud, for a step that is about the name. */
  readonly name?: string;
}

/** What takes something away, and so has to be seen in a log that is read at `warn`. */
const DELETIONS: ReadonlySet<Change['step']> = new Set(['remove', 'remove_name', 'remove_replaced', 'remove_orphan']);

/**
 * Says in the log that a cloud was changed, one line for each change, with the id that the cloud's own log has of it.
 * Nothing is said where nothing had to be changed.
 */
export function logChange(mount: Mount, ref: DistributionRef, change: Change, receipt: Receipt | NameReceipt): void {
  if (!receipt.changed) return;
  const taken = 'taken' in receipt && receipt.taken === true;
  const level = taken || DELETIONS.has(change.step) ? 'warn' : 'info';
  mount.logger[level]('changed a key in the KMS', {
    key: ref.key,
    kms: ref.kms,
    step: change.step,
    version: change.version,
    remote_id: change.remoteId,
    name: change.name,
    // The name pointed to an object that is not on record: of another mount, or of this one before a restore.
    ...(taken ? { taken } : {}),
    request_id: receipt.requestId,
  });
}
