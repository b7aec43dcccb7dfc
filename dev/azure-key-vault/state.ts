import type { KeyObject } from 'node:crypto';

export type Sku = 'standard' | 'premium' | 'managedHsm';

export const KEY_TYPES = ['RSA', 'RSA-HSM', 'EC', 'EC-HSM', 'oct', 'oct-HSM'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

export const KEY_OPERATIONS = ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'] as const;
export type KeyOperation = (typeof KEY_OPERATIONS)[number] | 'import';

/**
 * Key permissions of an access policy (Microsoft: about keys, "Key access control"). The last two are of a Managed HSM only,
 * whose roles tell keys from deleted ones: `get` has both there.
 */
export const KEY_PERMISSIONS = [
  ...([
    'get',
    'list',
    'update',
    'create',
    'import',
    'delete',
    'recover',
    'backup',
    'restore',
    'rotate',
    'purge',
  ] as const),
  ...(['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey', 'getActive', 'getDeleted'] as const),
] as const;
export type KeyPermission = (typeof KEY_PERMISSIONS)[number];

/** What a PATCH of a version changes, and what a new one gets. Times are seconds since the Unix epoch. */
export interface Changeable {
  enabled: boolean;
  notBefore: number | undefined;
  expires: number | undefined;
  keyOps: readonly KeyOperation[];
  tags: Readonly<Record<string, string>> | undefined;
}

export interface KeyVersion extends Changeable {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly kty: KeyType;
  /** The private key, or the secret of an `oct` key. */
  readonly material: KeyObject;
  readonly created: number;
  updated: number;
}

/**
 * `deleting`, `recovering` and `purging` are on their way to `deleted`, `active` and nothing; each ends after a number of
 * look-ups of the key.
 */
export type KeyPhase = 'active' | 'deleting' | 'deleted' | 'recovering' | 'purging';

export interface VaultKey {
  /** As it was written first; names are compared without case. */
  readonly name: string;
  /** In order of creation; the last one is current. */
  readonly versions: KeyVersion[];
  phase: KeyPhase;
  /** Look-ups that still see the phase before it ends. */
  lookupsLeft: number;
  /** Seconds since the Unix epoch; set from the deletion on. */
  deletedAt: number | undefined;
}

/** What an application may do: what it could before, for some calls more, and then something else. */
export interface Grant {
  readonly allowed: readonly KeyPermission[];
  readonly former: readonly KeyPermission[];
  /** Calls that are still judged by the former permissions. */
  callsLeft: number;
}

/** A key vault or a Managed HSM. */
export interface Vault {
  readonly name: string;
  readonly sku: Sku;
  readonly tenantId: string;
  /** 7 to 90 */
  readonly retentionDays: number;
  readonly purgeProtection: boolean;
  /** Whether `get` of a disabled version is refused. */
  readonly hidesDisabled: boolean;
  /** Whether permissions are roles of Azure RBAC, and not an access policy. */
  readonly rbac: boolean;
  /** By the name in lower case. */
  readonly keys: Map<string, VaultKey>;
  /** By client id. */
  readonly permissions: Map<string, Grant>;
  /** Counts the RSA keys that the vault has generated. */
  generated: number;
}

/** Base URL of a vault, without a trailing slash, and what its answers are made of. */
export interface VaultContext {
  readonly vault: Vault;
  readonly url: string;
}

export const currentVersion = (key: VaultKey): KeyVersion => {
  const version = key.versions.at(-1);
  if (version === undefined) throw new Error(`${key.name} has no version`);
  return version;
};

export const isHsmType = (kty: KeyType): boolean => kty.endsWith('-HSM');

/** RSA, EC or oct. */
export const familyOf = (kty: KeyType): 'RSA' | 'EC' | 'oct' => kty.replace('-HSM', '') as 'RSA' | 'EC' | 'oct';
