import { invalidState, KmsError, unsupported } from './errors.ts';
import type { Account, Key, KeyState, Material } from './state.ts';

/** The key state. Call {@link applyTime} first, for the current time. */
export function stateOf(key: Key): KeyState {
  if (key.deletionAt !== undefined) return 'PendingDeletion';
  if (key.deletionDays !== undefined) return 'PendingReplicaDeletion';
  if (!hasMaterial(key)) return 'PendingImport';
  return key.enabled ? 'Enabled' : 'Disabled';
}

/** Whether all permanently associated material is present; the key is unusable if any is missing. */
export function hasMaterial(key: Key): boolean {
  const permanent = key.materials.filter(isPermanent);
  return permanent.length > 0 && permanent.every((material) => material.bytes !== undefined);
}

export function isPermanent(material: Material): boolean {
  return material.status === 'CURRENT' || material.status === 'NON_CURRENT';
}

export function currentMaterial(key: Key): Material | undefined {
  return key.materials.find((material) => material.status === 'CURRENT');
}

/** Applies the current time: expires material, and deletes keys past their waiting period with their aliases. */
export function applyTime(account: Account, now: number): void {
  for (const region of account.all()) {
    for (const key of region.keys.values()) {
      for (const material of [...key.materials]) {
        if (material.validTo !== undefined && material.validTo <= now) dropMaterial(key, material);
      }
      if (key.deletionAt === undefined || key.deletionAt > now) continue;
      for (const material of key.materials) material.bytes?.fill(0);
      region.keys.delete(key.id);
      for (const alias of region.aliases.values()) {
        if (alias.keyId === key.id) region.aliases.delete(alias.name);
      }
    }
  }
  startDeletionOfPrimaries(account, now);
}

/** Deletes the bytes. Removes pending material altogether. */
export function dropMaterial(key: Key, material: Material): void {
  material.bytes?.fill(0);
  material.bytes = undefined;
  material.validTo = undefined;
  if (!isPermanent(material)) key.materials.splice(key.materials.indexOf(material), 1);
}

/** The waiting period of a multi-Region primary starts when its last replica is deleted. */
function startDeletionOfPrimaries(account: Account, now: number): void {
  for (const region of account.all()) {
    for (const key of region.keys.values()) {
      if (key.deletionDays === undefined || replicasOf(account, key).length > 0) continue;
      key.deletionAt = now + key.deletionDays * DAY;
      key.deletionDays = undefined;
    }
  }
}

export const DAY = 24 * 60 * 60 * 1000;

export function replicasOf(account: Account, key: Key): readonly Key[] {
  if (!key.multiRegion) return [];
  return account
    .all()
    .filter((region) => region.name !== key.primaryRegion)
    .flatMap((region) => region.keys.get(key.id) ?? []);
}

/**
 * Rejects a key whose state the operation does not support.
 *
 * @throws {KmsError} DisabledException or KMSInvalidStateException
 */
export function requireState(key: Key, ...allowed: readonly KeyState[]): void {
  const state = stateOf(key);
  if (!allowed.includes(state)) throw stateError(key, state);
}

function stateError(key: Key, state: KeyState): KmsError {
  switch (state) {
    case 'Disabled':
      return new KmsError('DisabledException', `${key.arn} is disabled.`);
    case 'PendingImport':
      return invalidState(`${key.arn} is pending import.`);
    case 'PendingDeletion':
      return invalidState(`${key.arn} is pending deletion.`);
    case 'PendingReplicaDeletion':
      return invalidState(`${key.arn} is pending replica deletion.`);
    case 'Enabled':
      return invalidState(`${key.arn} is not pending deletion.`);
  }
}

/** @throws {KmsError} UnsupportedOperationException when the key's Origin is AWS_KMS */
export function requireExternal(key: Key): void {
  if (key.origin !== 'EXTERNAL') {
    throw unsupported(`${key.arn} origin is ${key.origin} which is not valid for this operation.`);
  }
}
