import * as v from 'valibot';
import { KEY_TYPES, type KeyType } from '../../crypto/key-type.ts';
import { userError } from '../../logical/index.ts';
import { LARGEST_PART, MOST_PARTS } from './record-parts.ts';

/** One version of a key as the record keeps it; the material itself is elsewhere (material-store.ts). */
export const versionSchema = v.looseObject({
  /** RFC 3339. */
  creation_time: v.string(),
  /** PKIX PEM; asymmetric types only. */
  public_key: v.optional(v.string()),
});

/** The record at `key/<name>`. Unknown fields, of a newer plugin, survive being written back. */
export const keySchema = v.pipe(
  v.looseObject({
    schema: v.literal(1),
    type: v.picklist(KEY_TYPES),
    deletion_allowed: v.boolean(),
    /** 0 and 1 both mean that all versions are enabled; kept as it was written, as clients compare. */
    min_enabled_version: v.pipe(v.number(), v.integer(), v.minValue(0)),
    latest_version: v.pipe(v.number(), v.integer(), v.minValue(1)),
    /** The newest versions; all of them where there are no {@link Key.parts}. */
    versions: v.record(v.string(), versionSchema),
    /** The older versions are in parts, see key-store.ts: `count` of them, each of `size` versions, from version 1 on. */
    parts: v.optional(
      v.object({
        size: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LARGEST_PART)),
        count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_PARTS)),
      }),
    ),
    /** Name of the KMS that the key was distributed to last. Whether it still is, the distribution record says. */
    kms: v.optional(v.string()),
    /** Further places of the KMS that the key is to be in; fixed once it is created. */
    replica_regions: v.optional(v.array(v.string())),
  }),
  // Whoever counts up to the latest version relies on it: a number that is wrong may be too large to count to. It also
  // makes a release that knows no parts refuse the record.
  v.forward(
    v.check(
      ({ latest_version, versions, parts }) =>
        Object.keys(versions).length + (parts ? parts.size * parts.count : 0) === latest_version,
    ),
    ['latest_version'],
  ),
);

/** A named key without its material. */
export type Key = v.InferOutput<typeof keySchema>;
export type KeyVersion = v.InferOutput<typeof versionSchema>;

/** A key with its first version. */
export function newKey(type: KeyType, version: KeyVersion): Key {
  return {
    schema: 1,
    type,
    deletion_allowed: false,
    min_enabled_version: 1,
    latest_version: 1,
    versions: { 1: version },
  };
}

/** The key with one more version, which becomes the latest; `min_enabled_version` stays. */
export function withNextVersion(key: Key, version: KeyVersion): Key {
  const next = key.latest_version + 1;
  return { ...key, latest_version: next, versions: { ...key.versions, [next]: version } };
}

/** What an update may change. */
export interface KeyUpdate {
  readonly deletionAllowed?: boolean | undefined;
  readonly minEnabledVersion?: number | undefined;
}

/** The key after an update. @throws {BackendError} user_error for a `min_enabled_version` that no version reaches */
export function updatedKey(key: Key, update: KeyUpdate): Key {
  const minimum = update.minEnabledVersion ?? key.min_enabled_version;
  if (minimum < 0) throw userError(`min_enabled_version must not be negative: use 0 to enable all versions`);
  if (minimum > key.latest_version) {
    throw userError(
      `min_enabled_version ${minimum} is greater than the latest version, ${key.latest_version}: ` +
        'rotate the key first, or choose a version that exists',
    );
  }
  return {
    ...key,
    deletion_allowed: update.deletionAllowed ?? key.deletion_allowed,
    min_enabled_version: minimum,
  };
}

/** Numbers of all versions, ascending. */
export function versionNumbers(key: Key): readonly number[] {
  return Array.from({ length: key.latest_version }, (_, index) => index + 1);
}

/** Tells whether a version may be used; the ones below `min_enabled_version` may not. */
export function isEnabled(key: Key, version: number): boolean {
  return version >= key.min_enabled_version;
}
