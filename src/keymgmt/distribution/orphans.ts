import type { BackendContext } from '../../logical/index.ts';
import type { SearchResult, VersionTarget } from '../../providers/port.ts';
import { rfc3339 } from '../../support/clock.ts';
import type { Mount } from '../mount.ts';
import type { Distribution } from './distribution.ts';
import type { DistributionRef } from './distribution-store.ts';
import { versionLabels } from './labels.ts';
import type { Observation } from './observe.ts';
import { orphanName, type Orphan } from './orphan-store.ts';

/**
 * How long a cloud may take to show a new object in its lists (AWS: "in some cases several minutes"). A search that
 * finds nothing proves nothing for an attempt younger than this.
 */
export const CONSISTENCY_WINDOW_MS = 5 * 60_000;

/** The possible orphans in a KMS, each with the attempt that its tag names. */
export async function orphansOf(
  mount: Mount,
  { storage, signal }: BackendContext,
  kms: string,
): Promise<readonly (Orphan & { readonly attempt: string })[]> {
  const found: (Orphan & { readonly attempt: string })[] = [];
  for (const attempt of await mount.orphans.list(storage, `${kms}/`, signal)) {
    const orphan = await mount.orphans.get(storage, orphanName(kms, attempt), signal);
    if (orphan) found.push({ ...orphan, attempt });
  }
  return found;
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
  const settledAt = Date.parse(state.since) + CONSISTENCY_WINDOW_MS;
  if (result.outcome === 'absent' && settledAt <= mount.clock.now()) return;
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

/**
 * Records the objects that are about to be replaced because the cloud calls them unknown. It may do so of a young object
 * that is there, and then two would live for one version.
 */
export async function recordReplaced(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  distribution: Distribution,
  seen: Observation,
): Promise<void> {
  for (const [version, answer] of seen.versions) {
    const state = distribution.versions[version];
    if (answer.outcome !== 'seen' || answer.state !== 'deleted') continue;
    if (state === undefined || state.state === 'creating') continue;
    await record(mount, context, ref, state.attempt, {
      schema: 1,
      key: ref.key,
      version,
      remote_id: state.remote_id,
      name: distribution.name,
      since: rfc3339(mount.clock.now()),
      labels: versionLabels(mount.id, ref, distribution.name, version),
      reason: 'replaced, as the KMS did not know it',
    });
  }
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
