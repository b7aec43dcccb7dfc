import type { NameObservation, Observation, VersionObservation } from '../../providers/observation.ts';
import { HOME, type Place } from '../../providers/step.ts';
import {
  placeOf,
  type Distribution,
  type ExistingVersion,
  type PlaceRecord,
  type VersionReceipt,
  type VersionRecord,
} from '../records/distribution.ts';

/** What the engine itself puts on record: no cloud has said it. */
export type Note =
  /** The creation of a version begins. `since` is RFC 3339. */
  | { readonly of: 'attempt'; readonly version: number; readonly attempt: string; readonly since: string }
  /** An attempt has made nothing, or what it made is on record elsewhere. */
  | { readonly of: 'no_attempt'; readonly version: number }
  /** How a version that is on record came to the cloud. */
  | { readonly of: 'receipt'; readonly version: number; readonly place: Place; readonly receipt: VersionReceipt }
  /** Nobody knows whether a version is enabled. */
  | { readonly of: 'unknown_state'; readonly version: number; readonly place: Place }
  /** Nobody knows where the name points to. */
  | { readonly of: 'unknown_name'; readonly place: Place }
  /** The name was taken by somebody else. */
  | { readonly of: 'new_name'; readonly name: string }
  /** Where requests go (KmsDriver.endpointOf). */
  | { readonly of: 'endpoint'; readonly endpoint: string };

/**
 * The record after something is known. The only way in which it changes between its creation and its deletion. Pure.
 *
 * An observation of a version that is not on record, and has no id, says nothing.
 */
export function withKnown(record: Distribution, known: Observation | Note): Distribution {
  switch (known.of) {
    case 'version':
      return withObservedVersion(record, known);
    case 'name':
      return withObservedName(record, known);
    case 'container':
      if (known.state === 'made') return { ...record, container: known.id };
      return withoutContainer(record, known.id, known.state);
    case 'replaced':
      return { ...record, replaced: (record.replaced ?? []).filter((id) => id !== known.id) };
    case 'account':
      return { ...record, account: known.account };
    case 'endpoint':
      return { ...record, endpoint: known.endpoint };
    case 'new_name':
      // Nothing was ever set to it.
      return { ...without(record, 'highest_published', 'current'), name: known.name };
    case 'attempt': {
      const { version, attempt, since } = known;
      return withVersion(record, HOME, version, { state: 'creating', attempt, since });
    }
    case 'no_attempt':
      return withVersion(record, HOME, known.version, undefined);
    case 'receipt': {
      const state = existing(record, known.place, known.version);
      if (state === undefined) return record;
      return withVersion(record, known.place, known.version, { ...state, ...known.receipt });
    }
    case 'unknown_state': {
      const state = existing(record, known.place, known.version);
      if (state?.state !== 'enabled' && state?.state !== 'disabled') return record;
      return withVersion(record, known.place, known.version, { ...state, state: 'switching' });
    }
    case 'unknown_name':
      return withPlace(record, known.place, (place) => without(place, 'current'));
    case 'wrapping_key':
      // It belongs to the KMS.
      return record;
  }
}

/** As {@link withKnown}, one after the other. */
export function withAllKnown(record: Distribution, known: readonly (Observation | Note)[]): Distribution {
  return known.reduce(withKnown, record);
}

function withObservedVersion(record: Distribution, { version, place, id, state }: VersionObservation): Distribution {
  const known = placeOf(record, place)?.versions[version];
  switch (state) {
    case 'created':
    case 'pending':
    case 'enabled':
    case 'disabled': {
      const remote_id = id ?? (known?.state === 'creating' ? undefined : known?.remote_id);
      // A replica is of the attempt that made the version.
      const origin = known ?? record.versions[version];
      if (remote_id === undefined || origin === undefined) return record;
      const { attempt, since } = origin;
      const next = { attempt, ...(since === undefined ? {} : { since }), remote_id, state };
      if (!known || known.state === 'creating') return withVersion(record, place, version, next);
      if (known.remote_id === remote_id) return withVersion(record, place, version, { ...known, state });
      // Another object has taken its place.
      return withVersion(dropped(record, place, version, known.remote_id), place, version, next);
    }
    case 'gone':
    case 'pending_deletion': {
      if (known === undefined || known.state === 'creating') return record;
      return withVersion(dropped(record, place, version, known.remote_id), place, version, undefined);
    }
    case 'removed':
      return withVersion(withoutCurrent(record, place, version), place, version, undefined);
    case 'unknown':
      return record;
  }
}

function withObservedName(record: Distribution, { place, points }: NameObservation): Distribution {
  if (points === 'removed') {
    return withPlace(record, place, (known) => ({ ...without(known, 'current'), name_removed: true }));
  }
  // It may still point to what is gone.
  if (typeof points !== 'number' || existing(record, place, points) === undefined) {
    return withPlace(record, place, (known) => without(known, 'current'));
  }
  const published = withPlace(record, place, (known) => ({ ...known, current: points }));
  if (place !== HOME) return published;
  return { ...published, highest_published: Math.max(points, record.highest_published ?? 0) };
}

/** The record with one version replaced, or dropped for undefined. */
function withVersion(
  record: Distribution,
  place: Place,
  version: number,
  state: VersionRecord | undefined,
): Distribution {
  return withPlace(record, place, (known) => {
    // Ten thousand versions are copied at each change. A spread takes ten times as long as this, as soon as the function
    // has seen records of several forms.
    const versions: Record<string, VersionRecord> = {};
    for (const number of Object.keys(known.versions)) {
      const other = known.versions[number];
      if (other && number !== `${version}`) versions[number] = other;
    }
    if (state) versions[version] = state;
    return { ...known, versions };
  });
}

/** All versions went with it; the name may still point to one that somebody else has removed. */
function withoutContainer(record: Distribution, id: string, state: 'gone' | 'removed'): Distribution {
  const emptied = { ...without(record, 'container', 'current', 'places'), versions: {} };
  return state === 'gone' ? withReplaced(emptied, id) : emptied;
}

function withReplaced(record: Distribution, id: string): Distribution {
  const { replaced = [] } = record;
  // One object may go at several places.
  return replaced.includes(id) ? record : { ...record, replaced: [...replaced, id] };
}

/** The record before a version of it goes, or gets another object: the name, at any place, may still point to the former. */
function dropped(record: Distribution, place: Place, version: number, id: string): Distribution {
  return withoutCurrent(withReplaced(record, id), place, version);
}

/** The name does not point to the version's new object yet, if it pointed to the former one. */
function withoutCurrent(record: Distribution, place: Place, version: number): Distribution {
  if (placeOf(record, place)?.current !== version) return record;
  return withPlace(record, place, (known) => without(known, 'current'));
}

function withPlace(record: Distribution, place: Place, change: <T extends PlaceRecord>(known: T) => T): Distribution {
  if (place === HOME) return change(record);
  const known = record.places?.[place] ?? { versions: {} };
  return { ...record, places: { ...record.places, [place]: change(known) } };
}

/** The record itself where it has none of them, so that nothing is written for it. */
function without<T extends object>(record: T, ...names: readonly (keyof T)[]): T {
  if (names.every((name) => record[name] === undefined)) return record;
  const rest = { ...record };
  for (const name of names) Reflect.deleteProperty(rest, name);
  return rest;
}

function existing(record: Distribution, place: Place, version: number): ExistingVersion | undefined {
  const state = placeOf(record, place)?.versions[version];
  return state === undefined || state.state === 'creating' ? undefined : state;
}
