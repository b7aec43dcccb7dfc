import { publicKeyFingerprint } from '../../crypto/fingerprint.ts';
import { KEY_STRENGTHS } from '../../crypto/key-strength.ts';
import { definePath, fields, type PathContext, type PathDefinition } from '../../framework/index.ts';
import type { JsonObject } from '../../logical/index.ts';
import { HOME } from '../../providers/step.ts';
import { rfc3339 } from '../../support/clock.ts';
import type { Mount } from '../mount.ts';
import {
  inventoryPage,
  type InventoryHome,
  type InventoryKey,
  type InventoryRequest,
} from '../operations/inventory.ts';
import { placeOf, placesOf } from '../records/distribution.ts';
import { versionNumbers } from '../records/key.ts';
import { lifecycleState, useOf } from '../records/lifecycle.ts';
import { OPERATION_PREFIX, pageLimit } from './fields.ts';

/** Fields of a path that gives a page of keys. */
export const inventoryFields = {
  limit: fields.int({ description: 'How many keys to list at most, 1 to 1000.', default: 100, query: true }),
  after: fields.string({ description: 'List the keys after this name: "next" of the page before.', query: true }),
};

/** `GET inventory`: all keys and versions as storage has them. */
export function inventoryPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: 'inventory',
    fields: inventoryFields,
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'inventory' },
    operations: {
      read: {
        handler: async (context) => {
          const { keys, unreadable, next } = await inventoryPage(mount, context, requestedPage(context));
          const now = mount.clock.now();
          return {
            data: {
              generated_at: rfc3339(now),
              mount: mount.id,
              keys: Object.fromEntries(keys.map((each) => [each.name, describeInventoryKey(each, now)])),
              unreadable: Object.fromEntries(unreadable.map(({ name, why }) => [name, why])),
              next,
            },
          };
        },
      },
    },
    help: {
      synopsis: 'List all keys and versions with type, strength, state, places and age.',
      description:
        'Reads storage alone and asks no KMS provider, a page of keys at a time, in the order of names; a page ends early ' +
        'after 2000 versions or half a minute. State is in the words of NIST SP 800-57 Part 1: pre-activation, active, ' +
        'suspended, deactivated. Holds no key material: of a public key its SHA-256 fingerprint.',
    },
  });
}

/** The page that a client asks for. @throws {BackendError} user_error that names the field */
export function requestedPage({ data }: PathContext<typeof inventoryFields>): InventoryRequest {
  return { after: data.get('after'), limit: pageLimit(data.get('limit')) };
}

function describeInventoryKey({ name, key, home }: InventoryKey, now: number): JsonObject {
  const { bits, strength } = KEY_STRENGTHS[key.type];
  const created = key.versions[1]?.creation_time ?? '';
  const rotated = key.latest_version > 1 ? key.versions[key.latest_version]?.creation_time : undefined;
  return {
    name,
    type: key.type,
    bits,
    security_strength: strength,
    // The engine makes all keys itself.
    origin: 'generated',
    created,
    age_seconds: ageSeconds(created, now),
    last_rotation: rotated ?? '',
    latest_version: key.latest_version,
    min_enabled_version: key.min_enabled_version,
    deletion_allowed: key.deletion_allowed,
    ...(home && describeHome(home)),
    versions: Object.fromEntries(
      versionNumbers(key).map((version) => [version, describeVersion({ name, key, home }, version, now)]),
    ),
  };
}

function describeHome({ kms, account, distribution }: InventoryHome): JsonObject {
  const { distribution_time, purpose, protection, removing, replaced = [] } = distribution;
  return {
    kms,
    provider: account?.provider ?? '',
    key_collection: account?.key_collection ?? '',
    account: distribution.account ?? '',
    remote_name: distribution.name,
    distribution_time,
    purpose: [...purpose],
    protection,
    removing,
    replaced: [...replaced],
  };
}

function describeVersion({ key, home }: InventoryKey, version: number, now: number): JsonObject {
  const { creation_time: created = '', public_key } = key.versions[version] ?? {};
  const state = lifecycleState(key, version, home?.distribution);
  return {
    state,
    use: useOf(state, key, version),
    created,
    age_seconds: ageSeconds(created, now),
    ...(public_key !== undefined && { public_key_sha256: publicKeyFingerprint(public_key).value }),
    places: home ? placesOfVersion(home, version) : {},
  };
}

/** What is on record of a version, by place. */
function placesOfVersion({ account, distribution }: InventoryHome, version: number): JsonObject {
  return Object.fromEntries(
    placesOf(distribution).flatMap((place) => {
      const record = placeOf(distribution, place)?.versions[version];
      if (record === undefined) return [];
      const remoteId = record.state === 'creating' ? '' : record.remote_id;
      const name = place === HOME ? (account?.key_collection ?? '') : place;
      return [[name, { remote_id: remoteId, recorded_state: record.state }]];
    }),
  );
}

/** Whole seconds since a time; 0 where the clock was set back since. */
function ageSeconds(time: string, now: number): number {
  const age = Math.floor((now - Date.parse(time)) / 1000);
  return Number.isFinite(age) ? Math.max(0, age) : 0;
}
