import * as v from 'valibot';
import type { RecordCodec } from '../../framework/index.ts';
import { jsonCodec } from '../../framework/index.ts';
import { PROTECTIONS, PURPOSES } from '../../providers/spec.ts';
import type { Distribution, DistributionFields, VersionRecord } from './distribution.ts';
import { LARGEST_PART, MOST_PARTS } from './record-parts.ts';

/**
 * The entry at `distribution/<kms>/<key>`. A record with many versions is divided: its head holds what has changed since
 * its parts were written, null where an entry of theirs was dropped.
 */
export type DistributionHead = WholeRecord | DividedHead;

export interface WholeRecord {
  readonly divided: false;
  readonly record: Distribution;
}

export interface DividedHead {
  readonly divided: true;
  readonly fields: DistributionFields;
  readonly versions: Readonly<Record<string, VersionRecord | null>>;
  /** By the order in which they were replaced. */
  readonly replaced: Readonly<Record<string, string | null>>;
  /** `size` numbers to a part, from 1 on, and how many parts there are of each. */
  readonly parts: { readonly size: number; readonly versions: number; readonly replaced: number };
}

/** What a part holds: entries of one of the two. */
export interface DistributionPart {
  readonly versions?: Readonly<Record<string, VersionRecord>>;
  readonly replaced?: Readonly<Record<string, string>>;
}

const text = v.optional(v.string());
/** Of releases from the first one that answers `evidence` on; earlier ones keep, drop or ignore it. */
const receipt = {
  create_request_id: text,
  imported: v.optional(
    v.object({
      time: v.string(),
      request_id: text,
      wrapping_algorithm: text,
      wrapping_key_spec: text,
      material_id: text,
    }),
  ),
};
const made = { attempt: v.string(), remote_id: v.string(), since: text, ...receipt };

/** A version as it is stored: `ready` with `enabled`, which is absent where nobody knows, is as the first release wrote. */
const storedVersion = v.variant('state', [
  v.looseObject({ state: v.literal('creating'), attempt: v.string(), since: v.string() }),
  v.looseObject({ state: v.literal('created'), ...made }),
  v.looseObject({ state: v.literal('pending'), ...made }),
  v.looseObject({ state: v.literal('ready'), ...made, enabled: v.optional(v.boolean()) }),
]);
type StoredVersion = v.InferOutput<typeof storedVersion>;

const versionSchema = v.pipe(
  storedVersion,
  v.transform((stored): VersionRecord => {
    if (stored.state !== 'ready') return stored;
    const { enabled, ...rest } = stored;
    return { ...rest, state: enabled === undefined ? 'switching' : enabled ? 'enabled' : 'disabled' };
  }),
);

function storedFrom(version: VersionRecord): StoredVersion {
  switch (version.state) {
    case 'creating':
      return version;
    case 'created':
      return { ...version, state: 'created' };
    case 'pending':
      return { ...version, state: 'pending' };
    case 'switching':
      return { ...version, state: 'ready' };
    case 'enabled':
    case 'disabled':
      return { ...version, state: 'ready', enabled: version.state === 'enabled' };
  }
}

/** Numbers by which entries of a record are kept. */
const entryNumber = v.pipe(v.string(), v.regex(/^[1-9]\d{0,5}$/));
const versions = v.record(entryNumber, versionSchema);
const retired = v.optional(v.array(v.string()));

const placeFields = { current: v.optional(v.number()), name_removed: v.optional(v.boolean()) };

const fields = {
  name: v.string(),
  distribution_time: v.string(),
  purpose: v.array(v.picklist(PURPOSES)),
  protection: v.picklist(PROTECTIONS),
  removing: v.boolean(),
  ...placeFields,
  reached: v.optional(v.number()),
  account: v.optional(v.string()),
  endpoint: v.optional(v.string()),
};

const partCount = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MOST_PARTS));
const divided = {
  retired: v.record(entryNumber, v.nullable(v.string())),
  versions: v.record(entryNumber, v.nullable(versionSchema)),
  parts: v.object({
    size: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LARGEST_PART)),
    versions: partCount,
    retired: partCount,
  }),
};

const further = {
  container: v.optional(v.string()),
  places: v.optional(v.record(v.string(), v.looseObject({ versions, ...placeFields }))),
};

/**
 * Schemas of heads. 1: whole; 2: divided, refused by a release that knows no parts; 3 and 4: the same two with a container
 * or further places, refused by a release that knows none.
 */
const headSchema = v.variant('schema', [
  v.looseObject({ schema: v.literal(1), ...fields, retired, versions }),
  v.looseObject({ schema: v.literal(2), ...fields, ...divided }),
  v.looseObject({ schema: v.literal(3), ...fields, ...further, retired, versions }),
  v.looseObject({ schema: v.literal(4), ...fields, ...further, ...divided }),
]);

const partSchema = v.looseObject({
  schema: v.literal(1),
  retired: v.optional(v.record(entryNumber, v.string())),
  versions: v.optional(versions),
});

/** The head of a distribution record, to and from bytes. Names that differ in storage are those of the first release. */
export function headCodec(): RecordCodec<DistributionHead> {
  const codec = jsonCodec(headSchema);
  return {
    decode(bytes) {
      const stored = codec.decode(bytes);
      if (stored.schema === 1 || stored.schema === 3) {
        const { schema: _number, reached, retired: replaced, ...rest } = stored;
        return {
          divided: false,
          record: { ...rest, ...optional('highest_published', reached), ...optional('replaced', replaced) },
        };
      }
      const { schema: _number, reached, retired: replaced, versions: changed, parts, ...rest } = stored;
      return {
        divided: true,
        fields: { ...rest, ...optional('highest_published', reached) },
        versions: changed,
        replaced,
        parts: { size: parts.size, versions: parts.versions, replaced: parts.retired },
      };
    },
    encode(head) {
      if (!head.divided) {
        const { highest_published, replaced, versions: all, ...rest } = head.record;
        const stored = { ...storedFields(rest), ...optional('retired', replaced), versions: mapped(all) };
        return json({ schema: isExtended(rest) ? 3 : 1, ...stored, ...optional('reached', highest_published) });
      }
      const { highest_published, ...rest } = head.fields;
      const { size, versions: versionParts, replaced: replacedParts } = head.parts;
      return json({
        schema: isExtended(rest) ? 4 : 2,
        ...storedFields(rest),
        ...optional('reached', highest_published),
        versions: mapped(head.versions),
        retired: head.replaced,
        parts: { size, versions: versionParts, retired: replacedParts },
      });
    },
  };
}

/** A part of a distribution record, to and from bytes. */
export function partCodec(): RecordCodec<DistributionPart> {
  const codec = jsonCodec(partSchema);
  return {
    decode(bytes) {
      const { versions: some, retired: replaced } = codec.decode(bytes);
      return { ...optional('versions', some), ...optional('replaced', replaced) };
    },
    encode({ versions: some, replaced }) {
      return json({ schema: 1, ...(some && { versions: mapped(some) }), ...optional('retired', replaced) });
    },
  };
}

function isExtended({ container, places }: Pick<DistributionFields, 'container' | 'places'>): boolean {
  return container !== undefined || places !== undefined;
}

function storedFields({ places, ...rest }: Partial<DistributionFields>): object {
  if (places === undefined) return rest;
  const all = Object.entries(places).map(([name, place]) => [name, { ...place, versions: mapped(place.versions) }]);
  return { ...rest, places: Object.fromEntries(all) as unknown };
}

function mapped(all: Readonly<Record<string, VersionRecord | null>>): Record<string, StoredVersion | null> {
  return Object.fromEntries(Object.entries(all).map(([number, version]) => [number, version && storedFrom(version)]));
}

function optional<N extends string, T>(name: N, value: T | undefined): { readonly [K in N]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in N]?: T };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
