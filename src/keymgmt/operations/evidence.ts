import { materialFingerprint } from '../../crypto/fingerprint.ts';
import { withMaterial } from '../../crypto/key-material.ts';
import { StorageError, type BackendContext, type JsonObject } from '../../logical/index.ts';
import type { Seen } from '../../providers/observation.ts';
import { HOME, type Place } from '../../providers/step.ts';
import { rfc3339 } from '../../support/clock.ts';
import { loadDistribution, type Loaded } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';
import { homeName, OBSERVED } from '../reconcile/drift.ts';
import { observeOurs } from '../reconcile/observe.ts';
import { placeOf, placesOf, remoteIds, type Distribution, type VersionRecord } from '../records/distribution.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { versionNumbers, type Key } from '../records/key.ts';
import { lifecycleState } from '../records/lifecycle.ts';

/** Which versions are asked for: at most `limit` of them, after a number. */
export interface VersionPage {
  readonly after: number;
  readonly limit: number;
}

/**
 * What can be shown of a distributed key: the fingerprint of each version, what was recorded as it went to the KMS, and what
 * the KMS says of it now. Changes nothing. @returns undefined when the key is not in the KMS
 */
export async function distributionEvidence(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
  { after, limit }: VersionPage,
): Promise<JsonObject | undefined> {
  const loaded = await loadDistribution(mount, context, ref);
  if (!loaded) return undefined;
  const { distribution, kms } = loaded;
  const key = (await mount.keys.getWithAllVersions(context.storage, ref.key, context.signal)) ?? loaded.key;
  const rest = allVersions(key, distribution).filter((version) => version > after);
  const page = rest.slice(0, limit);
  const asked = rfc3339(mount.clock.now());
  const seen = await observeOurs(mount, context, ref, loaded, new Set(page));
  const versions: (readonly [string, JsonObject])[] = [];
  for (const version of page) {
    versions.push([
      String(version),
      {
        state: lifecycleState(key, version, distribution),
        created: key.versions[version]?.creation_time ?? '',
        fingerprint: await fingerprint(mount, context, ref, key, version),
        places: Object.fromEntries(
          placesOf(distribution).map((place) => [
            place === HOME ? kms.key_collection : place,
            placeEvidence(loaded, seen, place, version),
          ]),
        ),
      },
    ]);
  }
  return {
    key: ref.key,
    kms: ref.kms,
    type: key.type,
    provider: kms.provider,
    key_collection: kms.key_collection,
    name: distribution.name,
    distribution_time: distribution.distribution_time,
    purpose: distribution.purpose.join(','),
    protection: distribution.protection,
    account: distribution.account ?? '',
    endpoint: distribution.endpoint ?? '',
    removing: distribution.removing,
    replaced: [...(distribution.replaced ?? [])],
    asked_at: asked,
    alias: aliasEvidence(distribution, seen),
    versions: Object.fromEntries(versions),
    next: rest.length > page.length ? String(page.at(-1)) : '',
  };
}

/** Also those that the key's record does not know, where it is older than the distribution. */
function allVersions(key: Key, distribution: Distribution): readonly number[] {
  const numbers = placesOf(distribution).flatMap((place) => Object.keys(placeOf(distribution, place)?.versions ?? {}));
  return [...new Set([...versionNumbers(key), ...numbers.map(Number)])].sort((one, other) => one - other);
}

/** Material that is missing or cannot be read is a finding: the others are to be seen all the same. */
async function fingerprint(
  mount: Mount,
  { storage, signal }: BackendContext,
  { key: name }: DistributionRef,
  { type }: Key,
  version: number,
): Promise<JsonObject> {
  try {
    const material = await mount.materials.get(storage, name, version, signal);
    return await withMaterial(material, async () => ({ ...materialFingerprint(type, material) }));
  } catch (error) {
    if (!(error instanceof Error) || error instanceof StorageError || signal.aborted) throw error;
    return { method: '', value: '', why: `the material of version ${version} is missing in storage, or not readable` };
  }
}

/** What is recorded of a version at a place, and what the KMS has said of it just now, apart. */
function placeEvidence({ distribution }: Loaded, seen: Seen, place: Place, version: number): JsonObject {
  const record = placeOf(distribution, place)?.versions[version];
  const recorded = recordedEvidence(distribution, record);
  const answer = seen.versions.find((each) => each.version === version && each.place === place);
  if (!answer) return { recorded, not_proved: 'no object of this version is on record here' };
  if ('outcome' in answer) return { recorded, not_proved: answer.why };
  const { resource, account, origin, materialId, created } = answer.facts ?? {};
  const imported = record?.state === 'creating' ? undefined : record?.imported?.material_id;
  return {
    recorded,
    proved: {
      remote_id: answer.id ?? '',
      state: OBSERVED[answer.state],
      ...(resource !== undefined && { resource }),
      ...(account !== undefined && { account }),
      ...(origin !== undefined && { origin }),
      ...(created !== undefined && { created }),
      ...(materialId !== undefined && { material_id: materialId }),
      material: imported === undefined || materialId === undefined ? 'unknown' : sameOrNot(imported, materialId),
    },
  };
}

function sameOrNot(imported: string, current: string): string {
  return imported === current ? 'as imported' : 'not as imported';
}

function recordedEvidence({ account }: Distribution, record: VersionRecord | undefined): JsonObject {
  if (record === undefined) return { remote_id: '', not_recorded: [] };
  const { attempt, since } = record;
  if (record.state === 'creating') return { remote_id: '', attempt, creation: { begun: since }, not_recorded: [] };
  const { remote_id, state, create_request_id, imported } = record;
  const creation = { begun: since, request_id: create_request_id };
  const { time, request_id, wrapping_algorithm, wrapping_key_spec, material_id } = imported ?? {};
  const copy = { time, request_id, wrapping_algorithm, wrapping_key_spec, material_id };
  const absent = [
    ...(account === undefined ? ['account'] : []),
    ...absentIn('creation', creation),
    // What holds no material has not been imported.
    ...(state === 'created' && !imported ? [] : absentIn('import', copy)),
  ];
  return { remote_id, state, attempt, creation: given(creation), import: given(copy), not_recorded: absent };
}

type Texts = Readonly<Record<string, string | undefined>>;

function given(fields: Texts): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function absentIn(group: string, fields: Texts): readonly string[] {
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [`${group}.${name}`] : []));
}

/** Where the name points to: which version applications reach by it. */
function aliasEvidence(distribution: Distribution, seen: Seen): JsonObject {
  const name = homeName(seen);
  if (!name) return { not_proved: 'the KMS has no names' };
  if ('outcome' in name) return { not_proved: name.why };
  const id = name.id ?? name.holder?.remoteId ?? '';
  const version = Object.entries(remoteIds(distribution)).find(([, known]) => known === id)?.[0];
  return { proved: { points_to: id, version: version ?? '' } };
}
