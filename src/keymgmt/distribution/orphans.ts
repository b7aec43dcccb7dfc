import { StorageError, type BackendContext } from '../../logical/index.ts';
import type { SearchResult, VersionTarget } from '../../providers/port.ts';
import { rfc3339 } from '../../support/clock.ts';
import type { Mount } from '../mount.ts';
import type { Distribution } from './distribution.ts';
import type { DistributionRef } from './distribution-store.ts';
import { versionLabels } from './labels.ts';
import type { Observation } from './observe.ts';
import { orphanName, type Orphan } from './orphan-store.ts';

/** A possible orphan with the attempt that its tag names. */
export interface RecordedOrphan extends Orphan {
  readonly attempt: string;
}

/** The possible orphans in a KMS. One whose record cannot be read is left out, as the others must not wait for it. */
export async function orphansOf(
  mount: Mount,
  context: BackendContext,
  kms: string,
): Promise<readonly RecordedOrphan[]> {
  const found: RecordedOrphan[] = [];
  for (const attempt of await mount.orphans.list(context.storage, `${kms}/`, context.signal)) {
    const orphan = await orphanOf(mount, context, kms, attempt);
    if (orphan) found.push(orphan);
  }
  return found;
}

/** One possible orphan; undefined where there is none, or where its record cannot be read, which the log says then. */
export async function orphanOf(
  mount: Mount,
  { storage, signal }: BackendContext,
  kms: string,
  attempt: string,
): Promise<RecordedOrphan | undefined> {
  try {
    const orphan = await mount.orphans.get(storage, orphanName(kms, attempt), signal);
    return orphan && { ...orphan, attempt };
  } catch (error) {
    if (error instanceof StorageError || signal.aborted) throw error;
    mount.logger.error('cannot read the record of a possible orphan', { kms, attempt });
    return undefined;
  }
}

/** Records a lost attempt as a possible orphan, unless the search has shown that it made nothing. */
export async function recordOrphan(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  target: VersionTarget,
  distribution: Distribution,
  result: Exclude<SearchResult, { outcome: 'found' }>,
): Promise<void> {
  const state = distribution.versions[target.version];
  if (state?.state !== 'creating') return;
  if (result.outcome === 'absent' && !mount.consistency.isYoung(state.since)) return;
  const reason = result.outcome === 'absent' ? 'not found, but too young for the search to be believed' : result.why;
  await record(mount, context, ref, target.attempt, {
    schema: 1,
    key: ref.key,
    version: target.version,
    name: target.distributedName,
    since: state.since,
    labels: target.labels,
    reason,
  });
}

/** As {@link recordUnknown}, for all objects that are about to be replaced as the cloud calls them unknown. */
export async function recordReplaced(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  distribution: Distribution,
  seen: Observation,
): Promise<void> {
  for (const [version, answer] of seen.versions) {
    if (answer.outcome !== 'seen' || answer.state !== 'deleted') continue;
    await recordUnknown(mount, context, ref, distribution, version);
  }
}

/**
 * Takes note of an object that the cloud says it does not know. Of a young one it may say so although it is there: then
 * nobody would ever delete it, and it becomes a possible orphan. An old one is gone, or the credentials are those of
 * another account: the log says so, and nobody looks for it to delete it.
 */
export async function recordUnknown(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  distribution: Distribution,
  version: number,
): Promise<void> {
  const state = distribution.versions[version];
  if (state === undefined || state.state === 'creating') return;
  const { attempt, remote_id, since } = state;
  const reason = 'the KMS did not know it';
  if (!mount.consistency.isYoung(since)) {
    const { key, kms } = ref;
    mount.logger.warn('a KMS object counts as gone', { key, kms, version, remote_id, reason });
    return;
  }
  await record(mount, context, ref, attempt, {
    schema: 1,
    key: ref.key,
    version,
    remote_id,
    name: distribution.name,
    since: rfc3339(mount.clock.now()),
    labels: versionLabels(mount.id, ref, distribution.name, version),
    reason,
  });
}

async function record(
  mount: Mount,
  { storage, signal }: BackendContext,
  { kms }: DistributionRef,
  attempt: string,
  orphan: Orphan,
): Promise<void> {
  await mount.orphans.put(storage, orphanName(kms, attempt), orphan, signal);
  const { key, version, reason } = orphan;
  mount.logger.warn('a KMS object may have been left behind', { key, kms, version, attempt, reason });
}
