import type { BackendContext, JsonObject } from '../../logical/index.ts';
import { loadDistribution } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { homeName, type Verdict } from '../reconcile/drift.ts';
import { observeOurs } from '../reconcile/observe.ts';
import { assessDrift } from './assess-drift.ts';

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
  const { distribution } = loaded;
  const seen = await observeOurs(mount, context, ref, loaded);
  const { versions, name, pointsTo, ahead } = assessDrift(mount, ref, loaded, seen);
  const verdict = distribution.removing
    ? 'removing'
    : name === 'ahead'
      ? name
      : ([...versions.map((version) => version.verdict), name].find((each) => each !== 'in_sync') ?? 'in_sync');
  const isNews = mount.figures.drift.saw(ref, verdict);
  if (isNews && verdict !== 'in_sync' && verdict !== 'removing') {
    mount.events.send('distribution-drift', { ...ref, verdict });
  }
  const seenName = homeName(seen);
  const target = seenName && 'outcome' in seenName ? { why: seenName.why } : { points_to: pointsTo ?? '' };
  return {
    verdict,
    details: {
      name: distribution.name,
      verdict,
      ...(distribution.replaced === undefined ? {} : { replaced: [...distribution.replaced] }),
      alias: { verdict: name, ...target, ...(ahead?.labels === undefined ? {} : { tags: { ...ahead.labels } }) },
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
