import type { IncomingHttpHeaders } from 'node:http';
import type { ServiceAccountOptions, WorkloadIdentity } from './principals.ts';
import type { Tokens } from './tokens.ts';

export interface IdentityContext {
  readonly tokens: Tokens;
  readonly accounts: readonly ServiceAccountOptions[];
  readonly workloadIdentity: WorkloadIdentity | undefined;
  /** Email of the service account that is attached to the machine. */
  readonly attached: string | undefined;
  /** What `aud` of an assertion may be. */
  readonly audiences: readonly string[];
  /** For signatures, milliseconds since the Unix epoch. */
  readonly now: number;
}

export interface IdentityCall {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** To note for the log who calls. */
  readonly callerIs: (caller: string) => void;
}

/** The answer: JSON, or text as the metadata server has it. */
export type IdentityAnswer = { readonly json: unknown } | { readonly text: string };
