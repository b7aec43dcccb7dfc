import type { DistributionSpec, Protection, Purpose } from '../../providers/spec.ts';
import { HOME, type Place, type VersionState } from '../../providers/step.ts';
import type { Key } from './key.ts';

/** A key's presence in one KMS: what was asked for, and what is known to exist in the cloud. */
export interface Distribution extends DistributionFields, PlaceRecord {
  /** Cloud ids that were replaced, as the cloud did not know them; a name may still point there. */
  readonly replaced?: readonly string[] | undefined;
}

/** All of a distribution but what there is one of for each version. */
export interface DistributionFields extends Omit<PlaceRecord, 'versions'> {
  /** Name in the cloud, `<key>-<unix seconds>`: those of distribution_time, or the next that were free. */
  readonly name: string;
  /** RFC 3339; the time of the distribution, unchanged by rotation. */
  readonly distribution_time: string;
  /** Sorted, without duplicates. */
  readonly purpose: readonly Purpose[];
  readonly protection: Protection;
  /** The key is to be removed from the KMS; the record is deleted when everything else has been. */
  readonly removing: boolean;
  /** The highest version that the name was ever set to by the engine; once there is one, the name is ours. */
  readonly highest_published?: number | undefined;
  /** The account that its objects are in, and the endpoint that issued their ids (KmsDriver.endpointOf). */
  readonly account?: string | undefined;
  readonly endpoint?: string | undefined;
  /** What holds the versions in the cloud (Azure: key; GCP: CryptoKey). */
  readonly container?: string | undefined;
  /** What is on record of further places, beside the home place. */
  readonly places?: Readonly<Record<Place, PlaceRecord>> | undefined;
}

/** What is on record of one place. */
export interface PlaceRecord {
  /** By version number. */
  readonly versions: Readonly<Record<string, VersionRecord>>;
  /** The version that the name in the cloud points to; absent while it is not known to point to any. */
  readonly current?: number | undefined;
  /** While removing: the name in the cloud has been taken away. */
  readonly name_removed?: boolean | undefined;
}

/**
 * What is on record of one version at one place.
 *
 * - `creating`: its creation was begun, or the answer was lost; the object, if any, carries `attempt` as a label.
 * - any other state: it was made, and has an id.
 *
 * `since` is when its creation was begun (RFC 3339): within the consistency window a cloud may not know of it yet.
 */
export type VersionRecord =
  { readonly state: 'creating'; readonly attempt: string; readonly since: string } | ExistingVersion;

/** A version that is known to have been made. */
export interface ExistingVersion extends VersionReceipt {
  readonly state: VersionState;
  readonly attempt: string;
  readonly remote_id: string;
  readonly since?: string | undefined;
}

/**
 * What the cloud's answers said of how a version came to be there, for an auditor; nothing is decided by it. Absent where
 * the answer was lost, or an earlier release made the call.
 */
export interface VersionReceipt {
  /** The cloud's id of the request that made the object. */
  readonly create_request_id?: string | undefined;
  /** The last import of the material. */
  readonly imported?: ImportReceipt | undefined;
}

/** See ImportFacts. `time` is RFC 3339, by our clock, when the answer came. */
export interface ImportReceipt {
  readonly time: string;
  readonly request_id?: string | undefined;
  readonly wrapping_algorithm?: string | undefined;
  readonly wrapping_key_spec?: string | undefined;
  readonly material_id?: string | undefined;
}

/** A distribution of which nothing exists in the cloud yet. `time` is RFC 3339. */
export function newDistribution(
  name: string,
  time: string,
  purposes: readonly Purpose[],
  protection: Protection,
): Distribution {
  return { name, distribution_time: time, purpose: [...purposes], protection, removing: false, versions: {} };
}

/** What the distribution asks of the cloud. */
export function distributionSpec(keyName: string, key: Key, distribution: Distribution): DistributionSpec {
  return {
    keyName,
    keyType: key.type,
    purposes: distribution.purpose,
    protection: distribution.protection,
  };
}

/** What is on record of a place; undefined when nothing is. */
export function placeOf(distribution: Distribution, place: Place): PlaceRecord | undefined {
  return place === HOME ? distribution : distribution.places?.[place];
}

/** Places of which something is on record, the home place first. */
export function placesOf({ places = {} }: Distribution): readonly Place[] {
  return [HOME, ...Object.keys(places)];
}

/** Cloud ids of the versions that are known to exist at the home place, by Vault version. */
export function remoteIds(distribution: PlaceRecord): Record<string, string> {
  const ids: Record<string, string> = {};
  for (const [version, state] of Object.entries(distribution.versions)) {
    if (state.state !== 'creating') ids[version] = state.remote_id;
  }
  return ids;
}

/** Cloud ids of this distribution: what a name in the cloud may point to and still be ours, the likeliest last. */
export function knownIds(distribution: Distribution, place: Place = HOME): readonly string[] {
  const record = placeOf(distribution, place);
  const ids = record ? remoteIds(record) : {};
  const current = record?.current === undefined ? undefined : ids[record.current];
  const all = [...(distribution.replaced ?? []), ...Object.values(ids)];
  return current === undefined ? all : [...all.filter((id) => id !== current), current];
}
