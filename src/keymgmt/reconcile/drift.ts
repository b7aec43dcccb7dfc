import type { NameObservation, Observation, Seen, Unseen, VersionObservation } from '../../providers/observation.ts';
import type { Desired } from '../../providers/planner.ts';
import { HOME } from '../../providers/step.ts';
import { remoteIds, type Distribution } from '../records/distribution.ts';
import type { Note } from './transitions.ts';

/** What is to be said of one version, or of the name, after the cloud was asked. */
export type Verdict =
  | 'in_sync'
  /** Desired, and not made yet: a run was interrupted. */
  | 'missing'
  | 'missing_material'
  /** The KMS is still at work on it. */
  | 'pending'
  | 'disabled'
  | 'enabled'
  | 'pending_deletion'
  | 'deleted'
  | 'alias_moved'
  /** The name points to an object of this mount that stands in no record: storage is older than the cloud. */
  | 'ahead'
  /** The credentials do not allow asking: nobody knows. */
  | 'forbidden'
  /** The cloud did not answer: nobody knows. */
  | 'unreachable';

/** One version: what it should be, what the cloud says, and what follows. */
export interface VersionDrift {
  readonly version: number;
  readonly remoteId: string | undefined;
  readonly expected: 'enabled' | 'disabled' | 'deleted';
  /** What the cloud says; undefined where it says nothing. */
  readonly observed: string | undefined;
  readonly verdict: Verdict;
  /** Why the cloud said nothing. */
  readonly why?: string;
}

type Observed = Extract<
  Verdict,
  'missing_material' | 'disabled' | 'enabled' | 'pending_deletion' | 'deleted' | 'pending'
>;

/** A state as the API names it. */
export const OBSERVED: Readonly<Record<VersionObservation['state'], Observed>> = {
  created: 'missing_material',
  pending: 'pending',
  enabled: 'enabled',
  disabled: 'disabled',
  pending_deletion: 'pending_deletion',
  gone: 'deleted',
  removed: 'deleted',
  unknown: 'deleted',
};

/**
 * Compares the desired state with what the cloud said, version by version, at the home place. Pure.
 *
 * @param planned - versions that a repair would do something about; what a cloud cannot do is no drift
 */
export function versionDrift(
  desired: Desired,
  known: Distribution,
  seen: Seen,
  planned: ReadonlySet<number>,
): readonly VersionDrift[] {
  const wanted = desired.present ? [...desired.enabled.keys()] : [];
  const numbers = new Set([...wanted, ...Object.keys(known.versions).map(Number)]);
  const answers = new Map(
    seen.versions.flatMap((each) => (each.place === HOME ? [[each.version, each] as const] : [])),
  );
  return [...numbers]
    .sort((a, b) => a - b)
    .map((version) => driftOf(desired, known, answers.get(version), version, planned.has(version)));
}

function driftOf(
  desired: Desired,
  known: Distribution,
  answer: Seen['versions'][number] | undefined,
  version: number,
  isPlanned: boolean,
): VersionDrift {
  const state = known.versions[version];
  const remoteId = state === undefined || state.state === 'creating' ? undefined : state.remote_id;
  const expected = !desired.present ? 'deleted' : desired.enabled.get(version) === true ? 'enabled' : 'disabled';
  const base = { version, remoteId, expected } as const;
  if (!answer) return { ...base, observed: undefined, verdict: 'missing' };
  if ('outcome' in answer) return { ...base, observed: undefined, verdict: answer.outcome, why: answer.why };
  const observed = OBSERVED[answer.state];
  const gone = observed === 'deleted' || observed === 'pending_deletion';
  // A version that the key's record does not know is not planned either: that record is older than the distribution.
  const isWanted = desired.present && desired.enabled.has(version);
  const agrees = expected === 'deleted' ? gone : observed === expected || (isWanted && !isPlanned);
  return { ...base, observed, verdict: agrees ? 'in_sync' : observed };
}

/** Says whether the name points where it should; `isAhead`: to an object by which the cloud is ahead. Pure. */
export function nameVerdict(
  desired: Desired,
  known: Distribution,
  name: NameObservation | Unseen | undefined,
  isAhead: boolean,
): Verdict {
  if (!name) return 'in_sync';
  if ('outcome' in name) return name.outcome;
  if (isAhead) return 'ahead';
  if (!desired.present) return name.points === 'nowhere' || name.points === 'stranger' ? 'in_sync' : 'alias_moved';
  // Nowhere to move yet.
  if (remoteIds(known)[desired.current] === undefined) return 'missing';
  return name.points === desired.current ? 'in_sync' : 'alias_moved';
}

/** What the cloud says of the name at the home place; undefined for keys that have none (GCP: asymmetric keys). */
export function homeName({ names }: Seen): Seen['names'][number] | undefined {
  return names.find(({ place }) => place === HOME);
}

/**
 * What is known after the cloud was asked, so that the ordinary plan repairs the drift: a version that is gone is made
 * anew, lost material is imported again, what was switched by somebody else is switched back, a name that was moved or
 * removed is set again. What the cloud did not say is not known any more. Pure.
 */
export function knownFrom({ versions, names, others }: Seen): readonly (Observation | Note)[] {
  return [
    ...others,
    ...versions.map((each): Observation | Note => ('outcome' in each ? { of: 'unknown_state', ...each } : each)),
    ...names.map((each): Observation | Note => ('outcome' in each ? { of: 'unknown_name', place: each.place } : each)),
  ];
}
