import type { KeyObject } from 'node:crypto';
import type { Algorithm, ImportMethod, ProtectionLevel, Purpose, VersionState } from './enums.ts';

/** Times are milliseconds since the Unix epoch. */
export interface ImportJob {
  /** Resource name. */
  readonly name: string;
  readonly method: ImportMethod;
  readonly protectionLevel: ProtectionLevel;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** When the wrapping key is there, if enough reads have shown that it is not. */
  readonly generatedAt: number;
  /** Number of reads that still show PENDING_GENERATION. */
  readsLeft: number;
}

export interface CryptoKeyVersion {
  readonly name: string;
  readonly number: number;
  /** Fixed once there was material. */
  algorithm: Algorithm;
  readonly protectionLevel: ProtectionLevel;
  readonly createdAt: number;
  state: VersionState;
  /** The bytes that were imported; undefined while there are none. */
  material: Buffer | undefined;
  /** SHA-256, hex, of the material that was there first. Only the same can be imported again. */
  fingerprint: string | undefined;
  /** Resource name of the job of the last import; undefined for material that Google has generated. */
  importJob: string | undefined;
  importedAt: number | undefined;
  /** What was sent in the last import, for tests that open it themselves. */
  wrapped: Buffer | undefined;
  failure: string | undefined;
  /** The import that is going on. */
  pending: PendingImport | undefined;
  /** When the material is destroyed or was. */
  destroyAt: number | undefined;
  /** Number of uses that still succeed, because the change of the state has not spread yet. */
  usesLeft: number;
}

/** What the import makes of the version once it is done. */
export interface PendingImport {
  readonly doneAt: number;
  readsLeft: number;
  readonly result: { readonly material: Buffer } | { readonly failure: string };
}

export interface CryptoKey {
  readonly name: string;
  readonly purpose: Purpose;
  readonly importOnly: boolean;
  readonly template: { readonly algorithm: Algorithm; readonly protectionLevel: ProtectionLevel };
  readonly destroyScheduledMs: number;
  readonly createdAt: number;
  labels: Readonly<Record<string, string>>;
  readonly versions: CryptoKeyVersion[];
  /** Number of the primary version. */
  primary: number | undefined;
  /** The primary version before, for as many uses as the change takes to spread. */
  formerPrimary: { readonly number: number; usesLeft: number } | undefined;
}

export interface KeyRing {
  readonly name: string;
  readonly createdAt: number;
  /** By resource name. */
  readonly keys: Map<string, CryptoKey>;
  readonly importJobs: Map<string, ImportJob>;
}

/** Key rings by resource name. */
export type Rings = Map<string, KeyRing>;
