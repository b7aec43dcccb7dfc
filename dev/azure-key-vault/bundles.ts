import { publicJwk } from './key-material.ts';
import { purgeDate } from './look-up.ts';
import { currentVersion, isHsmType, type KeyVersion, type Vault, type VaultContext, type VaultKey } from './state.ts';

type Rendered = Readonly<Record<string, unknown>>;

/** A KeyBundle. */
export function bundle(context: VaultContext, { name }: VaultKey, version: KeyVersion): Rendered {
  const { id, kty, keyOps, material, tags } = version;
  return {
    key: { kid: `${context.url}/keys/${name}/${id}`, kty, key_ops: keyOps, ...publicJwk(material) },
    attributes: attributes(context.vault, version),
    ...(tags === undefined ? {} : { tags }),
  };
}

/** A DeletedKeyBundle, which shows the current version. */
export function deletedBundle(context: VaultContext, key: VaultKey): Rendered {
  return { ...deletion(context, key), ...bundle(context, key, currentVersion(key)) };
}

/** A KeyItem of a list. @param id of the version; undefined where keys are listed */
export function item(context: VaultContext, { name }: VaultKey, version: KeyVersion, id?: string): Rendered {
  return {
    kid: `${context.url}/keys/${name}${id === undefined ? '' : `/${id}`}`,
    attributes: attributes(context.vault, version),
    ...(version.tags === undefined ? {} : { tags: version.tags }),
  };
}

export function deletedItem(context: VaultContext, key: VaultKey): Rendered {
  return { ...deletion(context, key), ...item(context, key, currentVersion(key)) };
}

function deletion({ vault, url }: VaultContext, { name, deletedAt = 0 }: VaultKey): Rendered {
  return {
    recoveryId: `${url}/deletedkeys/${name}`,
    deletedDate: deletedAt,
    scheduledPurgeDate: purgeDate(vault, deletedAt),
  };
}

function attributes(vault: Vault, { enabled, notBefore, expires, created, updated, kty }: KeyVersion): Rendered {
  return {
    enabled,
    ...(notBefore === undefined ? {} : { nbf: notBefore }),
    ...(expires === undefined ? {} : { exp: expires }),
    created,
    updated,
    recoveryLevel: recoveryLevel(vault),
    recoverableDays: vault.retentionDays,
    exportable: false,
    hsmPlatform: isHsmType(kty) ? '2' : '0',
  };
}

function recoveryLevel({ retentionDays, purgeProtection }: Vault): string {
  return `${retentionDays < 90 ? 'Customized' : ''}Recoverable${purgeProtection ? '' : '+Purgeable'}`;
}
