import type { Performed } from '../providers/observation.ts';
import { HOME, type Place, type Step } from '../providers/step.ts';
import type { Mount } from './mount.ts';
import type { DistributionRef } from './records/distribution-store.ts';

/** What was done to an object, or to a name, in a cloud. */
export interface Change {
  readonly step: Step['action'] | 'remove_orphan';
  readonly place?: Place;
  readonly version?: number | undefined;
  readonly remoteId?: string | undefined;
  /** The name in the cloud, for a step that is about the name. */
  readonly name?: string | undefined;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
}

/** What takes something away, and so has to be seen in a log that is read at `warn`. */
const DELETIONS: ReadonlySet<Change['step']> = new Set([
  'remove',
  'remove_name',
  'remove_replaced',
  'remove_container',
  'remove_orphan',
]);

/**
 * Logs a change of a cloud, one line for each, with the id that the cloud's own log has of it. Nothing is logged where
 * nothing had to be changed.
 */
export function logChange(
  mount: Mount,
  ref: DistributionRef,
  change: Change,
  { changed, requestId, seen }: Performed,
): void {
  if (!changed) return;
  const taken = seen.some((each) => each.of === 'name' && each.taken === true);
  const level = taken || DELETIONS.has(change.step) ? 'warn' : 'info';
  mount.logger[level]('changed a key in the KMS', {
    key: ref.key,
    kms: ref.kms,
    step: change.step,
    version: change.version,
    ...(change.place === undefined || change.place === HOME ? {} : { place: change.place }),
    remote_id: change.remoteId,
    name: change.name,
    // The name pointed to an object that is not on record: of another mount, or of this one before a restore.
    ...(taken ? { taken } : {}),
    request_id: requestId,
    duration_ms: Math.round(change.durationMs),
  });
}

/** Makes a call that changes a cloud, and logs it with the time that it took. @returns what it has done */
export async function performLogged(
  mount: Mount,
  ref: DistributionRef,
  change: Omit<Change, 'durationMs'>,
  call: () => Promise<Performed>,
): Promise<Performed> {
  const begun = mount.clock.monotonic();
  const performed = await call();
  logChange(mount, ref, { ...change, durationMs: mount.clock.monotonic() - begun }, performed);
  return performed;
}
