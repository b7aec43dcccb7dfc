import type { Answer, Send } from '../client.ts';

/** A vault under test, as one case uses it. */
export interface Stage {
  readonly send: Send;
  /** Base URL of the vault, without a trailing slash. */
  readonly url: string;
  /** A name that no key has had yet; what is under it is deleted afterwards. */
  readonly newName: () => string;
  /** Repeats a request until its status is as wanted, as long as the vault may take for a deletion. */
  readonly until: (status: number, method: string, path: string, body?: unknown) => Promise<Answer>;
}

/** One documented behaviour. */
export interface ContractCase {
  readonly name: string;
  readonly run: (stage: Stage) => Promise<void>;
}

export function contractCases(cases: readonly ContractCase[]): readonly ContractCase[] {
  return cases;
}
