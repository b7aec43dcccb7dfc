import type { Body } from './input.ts';
import type { Account, RegionState } from './state.ts';
import type { WrappingKeys } from '../fake-cloud/wrapping-keys.ts';

/** State and dependencies of an operation. */
export interface Context {
  readonly account: Account;
  readonly region: RegionState;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** Number of look-ups after creation that do not find a key. */
  readonly lookups: number;
  readonly wrappingKeys: WrappingKeys;
}

/** The JSON response; undefined for an empty body. */
export type Output = Readonly<Record<string, unknown>> | undefined;

/** @throws {KmsError} the error of AWS KMS */
export type Operation = (context: Context, body: Body) => Output | Promise<Output>;

export type Operations = Readonly<Record<string, Operation>>;

/** A timestamp in AWS JSON: seconds since the Unix epoch, with milliseconds as a fraction. */
export const epochSeconds = (milliseconds: number): number => milliseconds / 1000;
