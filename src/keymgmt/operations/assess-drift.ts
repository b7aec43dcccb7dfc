import type { LabelledObject, Seen } from '../../providers/observation.ts';
import { HOME } from '../../providers/step.ts';
import { aheadOf } from '../guard/ahead.ts';
import type { Loaded } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { homeName, knownFrom, nameVerdict, versionDrift, type Verdict, type VersionDrift } from '../reconcile/drift.ts';
import { desiredState, remainingStepsOf } from '../reconcile/plan-input.ts';
import { withAllKnown } from '../reconcile/transitions.ts';

/** How a distribution in a KMS differs from its desired state. */
export interface Drift {
  readonly versions: readonly VersionDrift[];
  /** The verdict on the name. */
  readonly name: Verdict;
  /** Where the name points to; undefined where that is not known. */
  readonly pointsTo: string | undefined;
  /** The object by which the cloud is ahead of storage. */
  readonly ahead: LabelledObject | undefined;
}

/** Compares what a KMS said of a distribution with its desired state, at the home place. */
export function assessDrift(mount: Mount, ref: DistributionRef, loaded: Loaded, seen: Seen): Drift {
  const { key, distribution } = loaded;
  const desired = desiredState(key, distribution);
  const corrected = withAllKnown(distribution, knownFrom(seen));
  const steps = remainingStepsOf(mount, ref.key, { ...loaded, distribution: corrected });
  const planned = steps.flatMap((step) => ('version' in step && step.place === HOME ? step.version : []));
  const name = homeName(seen);
  const ahead = name && aheadOf(mount, ref, distribution, name);
  return {
    versions: versionDrift(desired, distribution, seen, new Set(planned)),
    name: nameVerdict(desired, distribution, name, ahead !== undefined),
    pointsTo: name && 'outcome' in name ? undefined : (name?.id ?? ahead?.remoteId ?? ''),
    ahead,
  };
}

/** Logs what a repair is about to change, and why: one line for each version, and one for the name. */
export function logDrift(mount: Mount, { key, kms }: DistributionRef, { versions, name, pointsTo }: Drift): void {
  for (const { version, remoteId: remote_id, expected, observed, verdict } of versions) {
    if (verdict === 'in_sync') continue;
    mount.logger.info('a version in the KMS differs from its desired state', {
      ...{ key, kms, version, remote_id, expected, observed, verdict },
    });
  }
  if (name === 'in_sync') return;
  mount.logger.info('the name in the KMS differs from its desired state', {
    ...{ key, kms, verdict: name, points_to: pointsTo },
  });
}
