import type { Desired } from './desired.ts';
import {
  remoteIds,
  withVersion,
  type Distribution,
  type ExistingVersion,
  type RemoteVersion,
} from '../records/distribution.ts';
import type { Observation } from './observe.ts';

/** What is to be said of one version, or of the name, after the cloud was asked. */
export type Verdict =
  | 'in_sync'
  /** Recorded as wished, and not made yet: a run was interrupted. */
  | 'missing'
  | 'missing_material'
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
  /** The cloud's word; undefined where it gave none. */
  readonly observed: string | undefined;
  readonly verdict: Verdict;
  /** Why the cloud said nothing. */
  readonly why?: string;
}

/** Compares the wish with what the cloud said, version by version. Pure. */
export function versionDrift(desired: Desired, known: Distribution, seen: Observation): readonly VersionDrift[] {
  const wished = desired.present ? [...desired.enabled.keys()] : [];
  const numbers = new Set([...wished, ...Object.keys(known.versions).map(Number)]);
  return [...numbers].sort((a, b) => a - b).map((version) => driftOf(desired, known, seen, version));
}

function driftOf(desired: Desired, known: Distribution, seen: Observation, version: number): VersionDrift {
  const state = known.versions[version];
  const remoteId = state === undefined || state.state === 'creating' ? undefined : state.remote_id;
  const expected = !desired.present ? 'deleted' : desired.enabled.get(version) === true ? 'enabled' : 'disabled';
  const answer = seen.versions.get(version);
  const base = { version, remoteId, expected } as const;
  if (!answer) return { ...base, observed: undefined, verdict: 'missing' };
  if (answer.outcome !== 'seen') return { ...base, observed: undefined, verdict: answer.outcome, why: answer.why };
  const { state: observed } = answer;
  const gone = observed === 'deleted' || observed === 'pending_deletion';
  const agrees = expected === 'deleted' ? gone : observed === expected;
  return { ...base, observed, verdict: agrees ? 'in_sync' : observed };
}

/** Says whether the name points where it should; `isAhead`: to an object by which the cloud is ahead. Pure. */
export function nameVerdict(desired: Desired, known: Distribution, { name }: Observation, isAhead: boolean): Verdict {
  if (name.outcome !== 'seen') return name.outcome;
  if (isAhead) return 'ahead';
  const expected = desired.present ? remoteIds(known)[desired.current] : undefined;
  // Nowhere to move yet.
  if (desired.present && expected === undefined) return 'missing';
  return name.remoteId === expected ? 'in_sync' : 'alias_moved';
}

/**
 * The record corrected by what the cloud said, so that the ordinary plan repairs the drift: a version that is gone is
 * made anew, lost material is imported again, what was switched by somebody else is switched back, a name that was
 * moved or removed is set again. What the cloud did not tell stays as it was, its `enabled` in doubt. Pure.
 */
export function correctedRecord(known: Distribution, seen: Observation): Distribution {
  let record = known;
  for (const [version, answer] of seen.versions) {
    const state = known.versions[version];
    if (state === undefined || state.state === 'creating') continue;
    const corrected = correctedVersion(state, answer.outcome === 'seen' ? answer.state : undefined);
    record = withVersion(corrected ? record : withRetired(record, state.remote_id), version, corrected);
  }
  const holder = seen.name.outcome === 'seen' ? versionOf(record, seen.name.remoteId) : undefined;
  return holder === undefined ? withoutName(record) : { ...record, current: holder };
}

function versionOf(record: Distribution, remoteId: string | undefined): number | undefined {
  const entry = Object.entries(record.versions).find(
    ([, state]) => state.state !== 'creating' && state.remote_id === remoteId,
  );
  return entry && Number(entry[0]);
}

function correctedVersion(
  state: ExistingVersion,
  observed: 'enabled' | 'disabled' | 'missing_material' | 'pending_deletion' | 'deleted' | undefined,
): RemoteVersion | undefined {
  const { enabled: _unknown, ...rest } = state;
  switch (observed) {
    case 'enabled':
    case 'disabled':
      return { ...state, state: 'ready', enabled: observed === 'enabled' };
    case 'missing_material':
      return { ...rest, state: 'created' };
    case 'pending_deletion':
    case 'deleted':
      return undefined;
    case undefined:
      return rest;
  }
}

function withRetired(record: Distribution, remoteId: string): Distribution {
  return { ...record, retired: [...(record.retired ?? []), remoteId] };
}

function withoutName(record: Distribution): Distribution {
  const { current: _unset, ...rest } = record;
  return rest;
}
