import type { WrappingKeys } from '../fake-cloud/wrapping-keys.ts';
import type { ShowEnum } from './enums.ts';
import type { Body } from './input.ts';
import type { Rings } from './state.ts';

/** What an operation works with. */
export interface Context {
  readonly rings: Rings;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly wrappingKeys: WrappingKeys;
  readonly pending: Pending;
  /** Number of uses that a change which is eventually consistent takes to spread. */
  readonly staleUses: number;
  /** @throws {GoogleError} PERMISSION_DENIED */
  readonly authorize: (permission: string, resource: string) => void;
  /** Which of these permissions the caller has on the resource. */
  readonly permitted: (permissions: readonly string[], resource: string) => readonly string[];
  readonly show: ShowEnum;
}

/** How long what Google does in the background takes, in reads that show the old state and in milliseconds. */
export interface Pending {
  readonly jobReads: number;
  readonly jobMs: number;
  readonly importReads: number;
  readonly importMs: number;
}

export interface Call {
  /** The resource of the path, without the collection or verb behind it. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly body: Body;
}

/** @throws {GoogleError} the error of Cloud KMS */
export type Operation = (context: Context, call: Call) => unknown;
