import type { BackendContext, JsonObject } from '../../logical/index.ts';
import { aheadOf } from '../guard/ahead.ts';
import type { Mount } from '../mount.ts';
import { desiredState } from '../reconcile/desired.ts';
import { nameVerdict, versionDrift, type Verdict } from '../reconcile/drift.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { loadDistribution } from '../load-distribution.ts';
import { observeOurs } from '../reconcile/observe.ts';

/** A distribution as the cloud describes it just now, ready to be shown. */
export interface DistributionStatus {
  /** `in_sync`, or the first verdict that is not. */
  readonly verdict: Verdict | 'removing';
  readonly details: JsonObject;
}

/** Asks the cloud about a distribution. Changes nothing and never guesses. @returns undefined when there is none */
export async function distributionStatus(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
): Promise<DistributionStatus | undefined> {
  const loaded = await loadDistribution(mount, context, ref);
  if (!loaded) return undefined;
  const { distribution, key } = loaded;
  const seen = await observeOurs(mount, context, ref, loaded);
  const desired = desiredState(key, distribution);
  const versions = versionDrift(desired, distribution, seen);
  const ahead = aheadOf(mount, ref, seen.name);
  const name = nameVerdict(desired, distribution, seen, ahead !== undefined);
  const verdict = distribution.removing
    ? 'removing'
    : name === 'ahead'
      ? name
      : ([...versions.map((version) => version.verdict), name].find((each) => each !== 'in_sync') ?? 'in_sync');
  const pointsTo = seen.name.outcome === 'seen' ? (seen.name.remoteId ?? ahead?.remoteId ?? '') : undefined;
  const unseenName = seen.name.outcome === 'seen' ? { points_to: pointsTo } : { why: seen.name.why };
  return {
    verdict,
    details: {
      name: distribution.name,
      verdict,
      ...(distribution.retired === undefined ? {} : { replaced: [...distribution.retired] }),
      alias: { verdict: name, ...unseenName, ...(ahead?.labels === undefined ? {} : { tags: { ...ahead.labels } }) },
      versions: Object.fromEntries(
        versions.map(({ version, remoteId, expected, observed, verdict: each, why }) => [
          version,
          {
            remote_id: remoteId ?? '',
            expected,
            observed: observed ?? '',
            verdict: each,
            ...(why === undefined ? {} : { why }),
          },
        ]),
      ),
    },
  };
}
