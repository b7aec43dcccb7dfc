import type { BackendContext } from '../../logical/index.ts';
import { knownIds } from '../records/distribution.ts';
import { ATTEMPT_LABEL } from '../../providers/port.ts';
import type { LabelledObject } from '../../providers/observation.ts';
import type { LabelSearch } from '../../providers/port.ts';
import type { Mount } from '../mount.ts';
import { distributionName } from '../records/distribution-store.ts';
import { KEY_LABEL, KMS_LABEL, MOUNT_LABEL } from '../records/labels.ts';

/**
 * Looks in a KMS for objects that carry this mount's labels and stand in no record: storage is older than they are, or
 * somebody has copied the labels. They are reported only.
 *
 * @returns undefined when there is no such KMS
 */
export async function unrecordedObjects(
  mount: Mount,
  context: BackendContext,
  kmsName: string,
): Promise<LabelSearch | undefined> {
  const { storage, signal } = context;
  const kms = await mount.kms.get(storage, kmsName, signal);
  if (!kms) return undefined;
  const { found, incomplete } = await mount.clients.use(kmsName, kms, (client) =>
    client.findByLabel(MOUNT_LABEL, mount.id, signal),
  );
  const attempts = new Set(await mount.orphans.list(storage, `${kmsName}/`, signal));
  const unrecorded: LabelledObject[] = [];
  for (const object of found) {
    if (!(await isRecorded(mount, context, kmsName, object, attempts))) unrecorded.push(object);
  }
  return { found: unrecorded, incomplete };
}

async function isRecorded(
  mount: Mount,
  { storage, signal }: BackendContext,
  kms: string,
  { remoteId, labels = {} }: LabelledObject,
  attempts: ReadonlySet<string>,
): Promise<boolean> {
  const { [ATTEMPT_LABEL]: made = '' } = labels;
  if (attempts.has(made)) return true;
  const { [KMS_LABEL]: owner = kms, [KEY_LABEL]: key = '' } = labels;
  // Of another KMS provider with the same account, which reports it itself.
  if (owner !== kms && (await mount.kms.get(storage, owner, signal)) !== undefined) return true;
  if (key === '') return false;
  const distribution = await mount.distributions.get(storage, distributionName({ kms, key }), signal);
  if (!distribution) return false;
  const isAttempt = Object.values(distribution.versions).some(({ attempt }) => attempt === made);
  return isAttempt || knownIds(distribution).includes(remoteId);
}
