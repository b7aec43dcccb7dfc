import { placeOf, placesOf, type Distribution, type VersionRecord } from './distribution.ts';
import { isEnabled, type Key } from './key.ts';

/**
 * A state of NIST SP 800-57 Part 1 Rev. 5, section 7. Its other two, `compromised` and `destroyed`, are never told: nobody
 * tells the engine that a key is compromised, and of one that is destroyed it has no record.
 */
export type LifecycleState = 'pre-activation' | 'active' | 'suspended' | 'deactivated';

/** What applications may do with a version as it stands on record. */
export type Use = 'protect and process' | 'process' | 'none';

/**
 * The state of a version by what is on record: `active` as long as it may be usable in a KMS, whatever is desired. See
 * docs/inventory.md. @param distribution undefined where the key is in no KMS
 */
export function lifecycleState(key: Key, version: number, distribution: Distribution | undefined): LifecycleState {
  const records = distribution ? versionAt(distribution, version) : [];
  if (records.some(mayBeUsable)) return 'active';
  if (!isEnabled(key, version)) return 'deactivated';
  const wasActive = distribution === undefined ? key.kms !== undefined : distribution.removing;
  return wasActive || records.some(({ state }) => state === 'disabled') ? 'suspended' : 'pre-activation';
}

/** What the state of a version allows; the name in the KMS leads to the latest, so that older ones only decrypt or verify. */
export function useOf(state: LifecycleState, key: Key, version: number): Use {
  if (state !== 'active') return 'none';
  return version === key.latest_version ? 'protect and process' : 'process';
}

function versionAt(distribution: Distribution, version: number): readonly VersionRecord[] {
  return placesOf(distribution).flatMap((place) => placeOf(distribution, place)?.versions[version] ?? []);
}

function mayBeUsable({ state }: VersionRecord): boolean {
  return state === 'enabled' || state === 'switching';
}
