import * as v from 'valibot';
import { PROTECTIONS, PURPOSES, type DistributionSpec, type Protection, type Purpose } from '../../providers/port.ts';
import type { Key } from './key.ts';
import { LARGEST_PART, MOST_PARTS } from './record-parts.ts';

/**
 * What is known of one version in the cloud.
 *
 * - `creating`: about to be made, or made and the answer lost; `attempt` is the label to look for.
 * - `created`: made (`remote_id`), its material perhaps not imported. Never disabled by us in this state.
 * - `ready`: holds its material; `enabled` is absent where a change of it was begun and its outcome is not known.
 *
 * `since` is when its creation was begun (RFC 3339): what a cloud says of a young object cannot be believed yet.
 */
const remoteVersionSchema = v.variant('state', [
  v.looseObject({ state: v.literal('creating'), attempt: v.string(), since: v.string() }),
  v.looseObject({
    state: v.literal('created'),
    attempt: v.string(),
    remote_id: v.string(),
    since: v.optional(v.string()),
  }),
  v.looseObject({
    state: v.literal('ready'),
    attempt: v.string(),
    remote_id: v.string(),
    since: v.optional(v.string()),
    enabled: v.optional(v.boolean()),
  }),
]);

/** Numbers by which entries of a record are kept. */
const entryNumber = v.pipe(v.string(), v.regex(/^[1-9]\d{0,5}$/));

const commonFields = {
  /** Name in the cloud, `<key>-<unix seconds>`: those of distribution_time, or the next that were free. */
  name: v.string(),
  /** RFC 3339; the time of the distribution, unchanged by rotation. */
  distribution_time: v.string(),
  /** Sorted, without duplicates. */
  purpose: v.array(v.picklist(PURPOSES)),
  protection: v.picklist(PROTECTIONS),
  /** The key is on its way out of the KMS; the record goes when everything else has gone. */
  removing: v.boolean(),
  /** While removing: the name in the cloud has been taken away. */
  name_removed: v.optional(v.boolean()),
  /** The version that the name in the cloud points to; absent while there is no such name. */
  current: v.optional(v.number()),
  /** The highest version that the name was ever set to by us; once there is one, the name is ours wherever it points. */
  reached: v.optional(v.number()),
};

/** The record at `distribution/<kms>/<key>`: what was asked for, and what is known to exist in the cloud. */
const distributionSchema = v.looseObject({
  schema: v.literal(1),
  ...commonFields,
  /** Cloud ids that were replaced, as the cloud called them gone; a name may still point there. */
  retired: v.optional(v.array(v.string())),
  /** The account that its objects are in, and the endpoint that issued their ids (KmsDriver.endpointOf). */
  account: v.optional(v.string()),
  endpoint: v.optional(v.string()),
  versions: v.record(entryNumber, remoteVersionSchema),
});

const partCount = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MOST_PARTS));

/**
 * The head of a record that is divided, as it has many versions. A release that knows no parts refuses it by `schema`.
 * It holds what has changed since the parts were written: null where an entry of theirs was dropped.
 */
const dividedSchema = v.looseObject({
  schema: v.literal(2),
  ...commonFields,
  /** By the order in which they were replaced. */
  retired: v.record(entryNumber, v.nullable(v.string())),
  versions: v.record(entryNumber, v.nullable(remoteVersionSchema)),
  /** `size` numbers to a part, from 1 on, and how many parts there are of each. */
  parts: v.object({
    size: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LARGEST_PART)),
    versions: partCount,
    retired: partCount,
  }),
});

/** What a record's own entry may hold. */
export const headSchema = v.variant('schema', [distributionSchema, dividedSchema]);
/** What a part may hold: entries of one of the two. */
export const partSchema = v.looseObject({
  schema: v.literal(1),
  retired: v.optional(v.record(entryNumber, v.string())),
  versions: v.optional(v.record(entryNumber, remoteVersionSchema)),
});
export type DistributionHead = v.InferOutput<typeof headSchema>;
export type DividedHead = v.InferOutput<typeof dividedSchema>;
export type DistributionPart = v.InferOutput<typeof partSchema>;

/** A key's presence in one KMS. */
export type Distribution = v.InferOutput<typeof distributionSchema>;
export type RemoteVersion = v.InferOutput<typeof remoteVersionSchema>;
/** A version that is known to have been made. */
export type ExistingVersion = Exclude<RemoteVersion, { state: 'creating' }>;

/** A distribution of which nothing exists in the cloud yet. `time` is RFC 3339. */
export function newDistribution(
  name: string,
  time: string,
  purposes: readonly Purpose[],
  protection: Protection,
): Distribution {
  return {
    schema: 1,
    name,
    distribution_time: time,
    purpose: [...purposes],
    protection,
    removing: false,
    versions: {},
  };
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

/** The record with one version's state replaced, or dropped for undefined. */
export function withVersion(
  distribution: Distribution,
  version: number,
  state: RemoteVersion | undefined,
): Distribution {
  // A plain copy, as it costs a thirtieth of one by a rest pattern, and ten thousand versions are copied at each change.
  const versions = { ...distribution.versions };
  if (state) versions[version] = state;
  else Reflect.deleteProperty(versions, version);
  return { ...distribution, versions };
}

/** Cloud ids of the versions that are known to exist, by Vault version. */
export function remoteIds(distribution: Distribution): Record<string, string> {
  const ids: Record<string, string> = {};
  for (const [version, state] of Object.entries(distribution.versions)) {
    if (state.state !== 'creating') ids[version] = state.remote_id;
  }
  return ids;
}

/** Cloud ids of this distribution: what a name in the cloud may point to and still be ours, the likeliest last. */
export function knownIds(distribution: Distribution): readonly string[] {
  const ids = remoteIds(distribution);
  const current = distribution.current === undefined ? undefined : ids[distribution.current];
  const all = [...(distribution.retired ?? []), ...Object.values(ids)];
  return current === undefined ? all : [...all.filter((id) => id !== current), current];
}
