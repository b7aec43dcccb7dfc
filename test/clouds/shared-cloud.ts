import type { CloudModel } from './cloud-model.ts';

/** What somebody else has in a cloud. */
export interface Stranger {
  readonly id: string;
  /** All that its owner sees of it, and of a name that leads to it. */
  picture(): unknown;
}

export interface Accounts {
  readonly home: string;
  readonly away: string;
  current: string;
  /** Whether a client asks once for the account of its credentials. */
  readonly remembered: boolean;
}

/** A cloud in which somebody else has objects, too; what is wrong with those, `violations` does not say. */
export interface SharedCloud extends CloudModel {
  /** Makes a usable object with all labels of one of ours, where there is such a one. */
  forge(index: number): Promise<Stranger | undefined>;
  /** Makes a usable object that a name leads to, with all labels of one of ours, unless the name is taken. */
  takeFreeName(name: string, index: number): Promise<Stranger | undefined>;
  /** Makes a usable object beside ours, in what holds them; undefined where a cloud has no such thing. */
  plant(): Promise<Stranger | undefined>;
  /** Whose credentials the engine has; undefined where all credentials lead to the same objects. */
  readonly accounts: Accounts | undefined;
  /** Whether a request that is refused may be the one that asks where a name points to. */
  readonly refusesNames: boolean;
  /** Ids of ours that can be used. */
  live(): readonly string[];
  /** Ids of what was made with credentials of the other account, and is not pending deletion there. */
  abroad(): readonly string[];
  close(): Promise<void>;
}
