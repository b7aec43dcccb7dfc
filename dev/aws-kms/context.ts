import type { Body } from './input.ts';
import type { Account, RegionState } from './state.ts';
import type { WrappingKeys } from './wrapping-keys.ts';

/** What an operation works on and with. */
export interface Context {
  readonly account: Account;
  readonly region: RegionState;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** How many look-ups do not find a key after its creation. */
  readonly lookups: number;
  readonly wrappingKeys: WrappingKeys;
}

/** The answer's JSON; undefined where AWS answers with an empty body. */
export type Output = Readonly<Record<string, unknown>> | undefined;

/** @throws {KmsError} what AWS would answer */
export type Operation = (context: Context, body: Body) => Output | Promise<Output>;

export type Operations = Readonly<Record<string, Operation>>;

/** A time as AWS JSON writes it: seconds since the Unix epoch, with milliseconds as a fraction. */
export const epochSeconds = (milliseconds: number): number => milliseconds / 1000;
