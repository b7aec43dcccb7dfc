import { conflict, deletedKeyNotFound, keyNotFound } from './errors.ts';
import { currentVersion, type KeyVersion, type Vault, type VaultContext, type VaultKey } from './state.ts';

const DAY = 24 * 60 * 60;

/** Names are 1 to 127 letters, digits and hyphens (Microsoft: about keys, secrets and certificates, "Object identifiers"). */
export const isKeyName = (name: string): boolean => /^[0-9A-Za-z-]{1,127}$/.test(name);

/** Whatever the phase; one look-up of a phase that ends after some. */
function lookUp({ keys }: Vault, name: string): VaultKey | undefined {
  const key = keys.get(name.toLowerCase());
  if (key === undefined || key.phase === 'active' || key.phase === 'deleted') return key;
  if (key.lookupsLeft > 0) {
    key.lookupsLeft -= 1;
    return key;
  }
  if (key.phase === 'purging') {
    keys.delete(name.toLowerCase());
    return undefined;
  }
  key.phase = key.phase === 'deleting' ? 'deleted' : 'active';
  return key;
}

/** @throws {KeyVaultError} KeyNotFound for one that is not there, is deleted, or is on its way there or back */
export function findKey({ vault }: VaultContext, name: string): VaultKey {
  const key = lookUp(vault, name);
  if (key?.phase !== 'active') throw keyNotFound(name);
  return key;
}

/** @param id empty for the current version @throws {KeyVaultError} KeyNotFound */
export function findVersion(context: VaultContext, name: string, id: string): KeyVersion {
  const key = findKey(context, name);
  if (id === '') return currentVersion(key);
  const version = key.versions.find((each) => each.id === id.toLowerCase());
  if (version === undefined) throw keyNotFound(`${name}/${id}`);
  return version;
}

/** @throws {KeyVaultError} KeyNotFound, also until the deletion has ended */
export function findDeletedKey({ vault }: VaultContext, name: string): VaultKey {
  const key = lookUp(vault, name);
  if (key?.phase !== 'deleted') throw deletedKeyNotFound(name);
  return key;
}

/** The key that a new version belongs to, if there is one. @throws {KeyVaultError} Conflict for a name that is not free */
export function findForNewVersion({ vault }: VaultContext, name: string): VaultKey | undefined {
  const key = lookUp(vault, name);
  if (key === undefined || key.phase === 'active') return key;
  if (key.phase === 'deleted') {
    throw conflict(
      `Key ${key.name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the key can only be recovered or purged.`,
      'ObjectIsDeletedButRecoverable',
    );
  }
  const what = key.phase === 'recovering' ? 'recovered' : 'deleted';
  throw conflict(
    `Key ${key.name} is currently being ${what} and cannot be re-created; retry later.`,
    key.phase === 'recovering' ? 'ObjectIsBeingRecovered' : 'ObjectIsBeingDeleted',
  );
}

/** A key to be deleted. That a second DELETE meets a conflict is not documented; it is the harder answer for a client. */
export function findForDeletion(context: VaultContext, name: string): VaultKey {
  const key = context.vault.keys.get(name.toLowerCase());
  if (key?.phase === 'deleting' && key.lookupsLeft > 0) findForNewVersion(context, name);
  return findKey(context, name);
}

/** Purges what was deleted longer ago than the vault retains it. @param now seconds */
export function applyRetention({ keys, retentionDays }: Vault, now: number): void {
  for (const [name, { phase, deletedAt = now }] of keys) {
    if (phase === 'deleted' && deletedAt + retentionDays * DAY <= now) keys.delete(name);
  }
}

/** When a deleted key is purged, seconds. */
export const purgeDate = ({ retentionDays }: Vault, deletedAt: number): number => deletedAt + retentionDays * DAY;
