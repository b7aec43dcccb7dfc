import type { Judged } from './check.ts';

/** Where a cloud is, as its process tells. */
export interface CloudAddress {
  /** Origins that the operator has to allow. */
  readonly origins: readonly string[];
  /** What is written to `kms/:name`. */
  readonly config: object;
}

/** What of the crash tests is one cloud's own. `State` is what its process tells of all that it holds. */
export interface CrashCloud<State = unknown> {
  readonly provider: string;
  /** Type of the key that the verbs are about, and the purpose that it is distributed for. */
  readonly key: { readonly type: string; readonly purpose: string };
  /** The permissions of Vault's documentation, as its process takes them. */
  readonly documented: readonly string[];
  /** Calls that the engine makes where it may, beyond those. */
  readonly beyondDocumented: readonly string[];
  /** Calls that change nothing: the plugin dies before each of them, and not again after it. */
  readonly withoutEffect: readonly string[];
  /** How long the engine may wait until it believes that a lost call has made nothing, in milliseconds. */
  readonly patienceMs: number;
  /** Compares what it holds with the records, in words. */
  readonly violations: (state: State, records: Judged) => readonly string[];
}

/** What the process of a cloud does: kms-process.ts finds it at `<cloud>/process.ts`. */
export interface CloudProcess {
  /** @param before asked before a call has its effect: when the plugin dies, and how */
  open(allow: readonly string[] | undefined, before: BeforeCall): Promise<OpenedCloud>;
}

export interface OpenedCloud {
  readonly address: CloudAddress;
  state(): unknown;
  /** What an administrator of the account may do behind our back to a key of two versions. */
  drift(): Promise<void>;
  close(): Promise<void>;
}

export type BeforeCall = (action: string) => Promise<CallFault | undefined>;

/** The fault of a call that the plugin does not survive. */
export interface CallFault {
  readonly when: 'before' | 'after';
  readonly hold: () => Promise<{ drop: true }>;
}
