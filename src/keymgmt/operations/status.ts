import type { BackendContext, JsonObject } from '../../logical/index.ts';
import { aheadOf } from '../guard/ahead.ts';
import type { Mount } from '../mount.ts';
import type { Seen } from '../../providers/observation.ts';
import { HOME } from '../../providers/step.ts';
import { desiredState, remainingSteps } from '../reconcile/plan-input.ts';
import { withAllKnown } from '../reconcile/transitions.ts';
import { driverOf } from '../records/kms.ts';
import { homeName, knownFrom, nameVerdict, versionDrift, type Verdict } from '../reconcile/drift.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { loadDistribution, type Loaded } from '../load-distribution.ts';
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
  const versions = versionDrift(desired, distribution, seen, plannedVersions(mount, ref, loaded, seen));
  const seenName = homeName(seen);
  const ahead = seenName && aheadOf(mount, ref, seenName);
  const name = nameVerdict(desired, distribution, seenName, ahead !== undefined);
  const verdict = distribution.removing
    ? 'removing'
    : name === 'ahead'
      ? name
      : ([...versions.map((version) => version.verdict), name].find((each) => each !== 'in_sync') ?? 'in_sync');
  const pointsTo =
    seenName && 'outcome' in seenName ? { why: seenName.why } : { points_to: seenName?.id ?? ahead?.remoteId ?? '' };
  return {
    verdict,
    details: {
      name: distribution.name,
      verdict,
      ...(distribution.replaced === undefined ? {} : { replaced: [...distribution.replaced] }),
      alias: { verdict: name, ...pointsTo, ...(ahead?.labels === undefined ? {} : { tags: { ...ahead.labels } }) },
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

/** The versions at the home place that a sync would do something about. */
function plannedVersions(
  mount: Mount,
  ref: DistributionRef,
  { key, kms, distribution }: Loaded,
  seen: Seen,
): Set<number> {
  const { plan } = driverOf(mount.drivers, kms);
  const corrected = withAllKnown(distribution, knownFrom(seen));
  const steps = remainingSteps({ plan, key, keyName: ref.key, distribution: corrected });
  return new Set(steps.flatMap((step) => ('version' in step && step.place === HOME ? step.version : [])));
}
