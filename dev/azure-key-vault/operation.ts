import type { WrappingKeys } from '../fake-cloud/wrapping-keys.ts';
import type { Json } from './input.ts';
import type { KeyPermission, VaultContext } from './state.ts';

/** What an operation works on. */
export interface OperationCall extends VaultContext {
  /** Seconds since the Unix epoch. */
  readonly now: number;
  readonly path: string;
  /** From the path; empty where the path has none. */
  readonly name: string;
  readonly version: string;
  /** Of the request, with every name decoded. */
  readonly query: URLSearchParams;
  readonly body: Json;
  /** Look-ups of a key that still see it as before its deletion, recovery or purge. */
  readonly lookups: number;
  readonly rsaKeys: WrappingKeys;
}

/** The JSON of a successful response; undefined for 204. */
export type Output = Readonly<Record<string, unknown>> | undefined;

export interface Operation {
  /** Of an access policy, that the caller needs. */
  readonly permission: KeyPermission;
  /** @throws {KeyVaultError} the error of Key Vault */
  readonly run: (call: OperationCall) => Output | Promise<Output>;
}

/** By their names in the audit log (Microsoft: Key Vault logging, `operationName`). */
export type Operations = Readonly<Record<string, Operation>>;
