import type { KeyObject } from 'node:crypto';
import type { KeySpec, KeyUsage } from './key-specs.ts';
import type { WrappingAlgorithm } from './wrapping.ts';

export type KeyState = 'Enabled' | 'Disabled' | 'PendingImport' | 'PendingDeletion' | 'PendingReplicaDeletion';

/** Material that has been imported into a key. The association remains after the bytes are deleted. */
export interface Material {
  /** 64 hex digits from key id and bytes, as AWS's KeyMaterialId. */
  readonly id: string;
  description: string | undefined;
  /** Absent after deletion or expiry, until the same bytes are imported again. */
  bytes: Buffer | undefined;
  /** Milliseconds since the Unix epoch; absent: never expires. */
  validTo: number | undefined;
  status: 'CURRENT' | 'NON_CURRENT' | 'PENDING_ROTATION' | 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
  rotatedAt: number | undefined;
}

export interface Key {
  readonly id: string;
  readonly arn: string;
  readonly region: string;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly origin: 'EXTERNAL' | 'AWS_KMS';
  readonly multiRegion: boolean;
  primaryRegion: string;
  readonly createdAt: number;
  description: string;
  /** The state if all material is present; expiry and deletion of material do not change it. */
  enabled: boolean;
  policy: string;
  readonly tags: Map<string, string>;
  readonly materials: Material[];
  /** Deletion time; absent if no deletion is scheduled. */
  deletionAt: number | undefined;
  /** Set for a primary whose deletion waits for its replicas. */
  deletionDays: number | undefined;
  /** Counts GetParametersForImport, so that consecutive tokens get different wrapping keys. */
  tokensMade: number;
  /** Number of remaining look-ups that do not find the key. */
  lookupsLeft: number;
}

/** The server's part of an import parameters pair. */
export interface ImportParameters {
  readonly keyArn: string;
  readonly algorithm: WrappingAlgorithm;
  readonly privateKey: KeyObject;
  readonly validTo: number;
}

export interface Alias {
  readonly name: string;
  keyId: string;
  readonly createdAt: number;
  updatedAt: number;
}

/** State of one account in one Region; Regions share nothing. */
export interface RegionState {
  readonly name: string;
  /** Id of the account that the Region's state belongs to, 12 digits. */
  readonly account: string;
  readonly keys: Map<string, Key>;
  readonly aliases: Map<string, Alias>;
  readonly tokens: Map<string, ImportParameters>;
}

/** The default account of an access key. */
export const ACCOUNT = '000000000000';

/** Every Region of the one account, each empty until it is first used. */
export interface Account {
  readonly id: string;
  region(name: string): RegionState;
  all(): readonly RegionState[];
}

export function newAccount(id: string): Account {
  const regions = new Map<string, RegionState>();
  return {
    id,
    region(name) {
      const known = regions.get(name);
      if (known !== undefined) return known;
      const created = { name, account: id, keys: new Map(), aliases: new Map(), tokens: new Map() };
      regions.set(name, created);
      return created;
    },
    all: () => [...regions.values()],
  };
}

type Place = Pick<RegionState, 'name' | 'account'>;

export const keyArn = ({ name, account }: Place, id: string): string => `arn:aws:kms:${name}:${account}:key/${id}`;

export const aliasArn = ({ name, account }: Place, alias: string): string => `arn:aws:kms:${name}:${account}:${alias}`;
