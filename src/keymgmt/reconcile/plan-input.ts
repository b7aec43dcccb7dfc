import type { Desired, Planner, Recorded, RecordedPlace, RecordedVersion } from '../../providers/planner.ts';
import { HOME, type Step } from '../../providers/step.ts';
import type { Loaded } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';
import type { ReconcileStep, ResolveStep } from '../reconcile-step.ts';
import type { Distribution, PlaceRecord } from '../records/distribution.ts';
import { distributionSpec, placeOf, placesOf } from '../records/distribution.ts';
import { isEnabled, versionNumbers, type Key } from '../records/key.ts';
import { driverOf, type Kms } from '../records/kms.ts';

/** What a plan is made from. */
export interface PlanInput {
  readonly plan: Planner;
  readonly key: Key;
  readonly keyName: string;
  readonly distribution: Distribution;
  /** Name of a key to wrap with that is ready. */
  readonly wrappingKey?: string | undefined;
  /** False for an attempt that was never begun, which there is no need to look for. @default all are lost */
  readonly isLost?: (version: number) => boolean;
}

/**
 * All that there is to do, in order; empty when record and desired state agree.
 *
 * What became of lost attempts decides what follows, so it comes first: the steps after it hold if nothing is found. Only
 * urgent steps do not wait for it.
 */
export function remainingSteps(input: PlanInput): readonly ReconcileStep[] {
  const { plan, key, keyName, distribution, wrappingKey, isLost } = input;
  const recorded = recordedState(distribution, wrappingKey);
  const steps = plan(desiredState(key, distribution), recorded, distributionSpec(keyName, key, distribution));
  const lost = openAttempts(distribution).filter((version) => isLost?.(version) ?? true);
  const resolve = lost.map((version): ResolveStep => ({ action: 'resolve_attempt', version, place: HOME }));
  return resolve.length === 0
    ? steps
    : [...steps.filter(isUrgent), ...resolve, ...steps.filter((step) => !isUrgent(step))];
}

/** As {@link remainingSteps}, of records as they are read while no reconcile is under way: every open attempt is lost. */
export function remainingStepsOf(
  { drivers, clock }: Pick<Mount, 'drivers' | 'clock'>,
  keyName: string,
  { key, kms, distribution }: Loaded,
): readonly ReconcileStep[] {
  const wrappingKey = usableWrappingKey(kms, clock.now());
  return remainingSteps({ plan: driverOf(drivers, kms).plan, key, keyName, distribution, wrappingKey });
}

/** Derives the desired state from the two records that hold it: the key's versions and the distribution's existence. */
export function desiredState(key: Key, { removing }: Pick<Distribution, 'removing'>): Desired {
  if (removing) return { present: false };
  const enabled = new Map(versionNumbers(key).map((version) => [version, isEnabled(key, version)]));
  return { present: true, enabled, current: key.latest_version, places: [HOME, ...(key.replica_regions ?? [])] };
}

/** What is on record, as a planner sees it. */
export function recordedState(distribution: Distribution, wrappingKey: string | undefined): Recorded {
  const { container, replaced = [] } = distribution;
  const places = new Map(placesOf(distribution).map((place) => [place, recordedPlace(placeOf(distribution, place))]));
  return { container, wrappingKey, places, replaced };
}

function recordedPlace({
  versions = {},
  current,
  name_removed: nameRemoved = false,
}: Partial<PlaceRecord> = {}): RecordedPlace {
  const made = new Map<number, RecordedVersion>();
  for (const number of Object.keys(versions).map(Number)) {
    const state = versions[number];
    if (state !== undefined && state.state !== 'creating')
      made.set(number, { id: state.remote_id, state: state.state });
  }
  return { versions: made, current, nameRemoved };
}

/** Versions whose creation was begun, and has no answer on record. */
export function openAttempts({ versions }: PlaceRecord): readonly number[] {
  return Object.keys(versions)
    .map(Number)
    .filter((version) => versions[version]?.state === 'creating');
}

/** The wrapping key of a KMS as far as it can be used now; one that expires soon cannot. */
export function usableWrappingKey({ wrapping_key: key }: Kms, now: number): string | undefined {
  if (!key?.ready) return undefined;
  return key.until === undefined || Date.parse(key.until) - now > EXPIRY_MARGIN_MS ? key.name : undefined;
}

/** An import with a wrapping key must end before the key does. */
const EXPIRY_MARGIN_MS = 10 * 60_000;

function isUrgent(step: Step): boolean {
  return 'urgent' in step && step.urgent;
}
