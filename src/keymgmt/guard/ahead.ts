import { userError, type BackendContext } from '../../logical/index.ts';
import type { LabelledObject, NameObservation, Unseen } from '../../providers/observation.ts';
import { ATTEMPT_LABEL } from '../../providers/port.ts';
import { HOME } from '../../providers/step.ts';
import { targetOf } from '../target.ts';
import { knownIds, type Distribution } from '../records/distribution.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { KEY_LABEL, MOUNT_LABEL, VERSION_LABEL } from '../records/labels.ts';
import type { Loaded } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';

/** Where the name points to, or why the KMS did not say. */
export type NameAnswer = NameObservation | Unseen;

/**
 * The object by which the cloud is ahead of storage: the name points to it, or would if the cloud told; it stands in no
 * record, and its labels say that this mount made it for this key, or cannot be read. Undefined when the name points to
 * a known object, nowhere, or to an object that is provably another's (that is drift), and when nobody can tell. What an
 * attempt on record has made is no surprise: where the newest version has the name (Azure), it has it before the answer is on record.
 */
export function aheadOf(
  mount: Mount,
  ref: DistributionRef,
  { versions }: Pick<Distribution, 'versions'>,
  name: NameAnswer,
): LabelledObject | undefined {
  if ('outcome' in name || name.holder === undefined) return undefined;
  const { labels } = name.holder;
  const attempt = labels?.[ATTEMPT_LABEL];
  if (Object.values(versions).some((each) => each.state === 'creating' && each.attempt === attempt)) return undefined;
  const isOurs = labels === undefined || (labels[MOUNT_LABEL] === mount.id && labels[KEY_LABEL] === ref.key);
  return isOurs ? name.holder : undefined;
}

/**
 * Whether the name may have been set by us, as far as storage knows: also where it was not yet set when a snapshot was
 * taken.
 */
export function mayBeAhead(distribution: Distribution): boolean {
  // Once a removal has taken the name away, a cloud may show for a moment where it was.
  if (distribution.name_removed === true) return false;
  return distribution.highest_published !== undefined || knownIds(distribution).length > 0;
}

/** Asks where the name points to. @returns undefined where nothing of ours was ever made, so that it cannot be ahead */
export async function askForName(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  loaded: Loaded,
): Promise<NameAnswer | undefined> {
  if (!mayBeAhead(loaded.distribution)) return undefined;
  const target = targetOf(mount, context, ref, loaded);
  return mount.clients.use(ref.kms, loaded.kms, (client) => client.observeName(target, HOME, context.signal));
}

/**
 * Engages the restore guard when the cloud is ahead of storage, unless a person has acknowledged what the name points to.
 *
 * @returns what was found, in words; undefined when the cloud is not ahead
 */
export async function checkAhead(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  distribution: Distribution,
  name: NameAnswer | undefined,
): Promise<string | undefined> {
  const ahead = name && aheadOf(mount, ref, distribution, name);
  if (!ahead || (await mount.guard.isAcknowledged(context, ahead.remoteId))) return undefined;
  const version = ahead.labels?.[VERSION_LABEL];
  const { name: distributedName } = distribution;
  const found = describeAhead(distributedName, name, ahead);
  await mount.guard.engage(context, `key "${ref.key}" in KMS "${ref.kms}": ${found}`, {
    ...ref,
    name: distributedName,
    remote_id: ahead.remoteId,
    ...(version === undefined ? {} : { version }),
  });
  return found;
}

/**
 * Lets a change of a distribution go on only where the cloud is not ahead of storage, or by force.
 *
 * @returns whether it goes on by force
 * @throws {BackendError} user_error that says what was found
 */
export async function refuseAhead(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  distribution: Distribution,
  name: NameAnswer | undefined,
  force: boolean,
): Promise<boolean> {
  const where = `key "${ref.key}" in KMS "${ref.kms}"`;
  const remedy = 'see restore-guard. Repeat with force=true to go on with what storage holds';
  if (name !== undefined && 'outcome' in name) {
    // Nobody can tell whether it is.
    if (!(await mount.guard.isEngaged(context))) return false;
    if (force) return true;
    throw userError(
      `the restore guard is engaged, and the KMS does not say where the name of ${where} points to (${name.why}): ${remedy}`,
    );
  }
  const found = await checkAhead(mount, context, ref, distribution, name);
  if (found === undefined) return false;
  if (!force) {
    throw userError(
      `the KMS is ahead of Vault's storage for ${where}: ${found}. Storage may have been restored from a snapshot, or ` +
        `another server may use the same keys: ${remedy}`,
    );
  }
  mount.logger.warn('changes a distribution by force although the KMS is ahead of storage', {
    key: ref.key,
    kms: ref.kms,
    found,
  });
  return true;
}

/**
 * Asks for the name, and lets a change go on as {@link refuseAhead} does.
 *
 * @returns whether it goes on by force; and whether the name need not be asked for again: a KMS that is only silent for
 * the moment may be ahead
 */
export async function admitChange(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  loaded: Loaded,
  force: boolean,
): Promise<{ readonly forced: boolean; readonly nameChecked: boolean }> {
  const name = await askForName(mount, context, ref, loaded);
  const forced = await refuseAhead(mount, context, ref, loaded.distribution, name, force);
  return { forced, nameChecked: force || !isUnreachable(name) };
}

/** Whether a KMS did not answer where the name points to. */
export function isUnreachable(name: NameAnswer | undefined): boolean {
  return name !== undefined && 'outcome' in name && name.outcome === 'unreachable';
}

function describeAhead(distributedName: string, name: NameAnswer, { remoteId, labels }: LabelledObject): string {
  if ('points' in name && name.points === 'unrecorded') {
    return `"${distributedName}" has a version ${remoteId} in the KMS, which stands in no record`;
  }
  const what =
    labels === undefined ? 'whose labels cannot be read' : `labelled as version ${labels[VERSION_LABEL] ?? 'unknown'}`;
  return `the name "${distributedName}" points to ${remoteId}, ${what}, which stands in no record`;
}
