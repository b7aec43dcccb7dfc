/**
 * Why a cloud refused or failed. Nothing else leaves an adapter, so that the engine never sees an SDK's error.
 */
export type ProviderErrorReason =
  /** The object is not there. */
  | 'not_found'
  /** The object is scheduled for deletion; for a removal that is as good as gone. */
  | 'pending_deletion'
  /** The object is in a state that forbids the call (CMK pending import, being created, …). */
  | 'invalid_state'
  /** The name is taken. */
  | 'already_exists'
  /** The credentials lack a permission. */
  | 'forbidden'
  /** The credentials are missing, wrong or expired. */
  | 'unauthenticated'
  /** Too many requests, or a quota of the account is used up. */
  | 'throttled'
  /** The cloud calls the request itself wrong. */
  | 'invalid_request'
  /** No answer in time. */
  | 'timeout'
  /** The cloud failed, or could not be reached. */
  | 'unavailable';

/** A call to a cloud that did not succeed. Its message is for the user: it holds no credential and no key. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly reason: ProviderErrorReason;
  /** The API call that failed, `CreateKey` say. */
  readonly call: string;
  /** The cloud's own error code, where it gave one. */
  readonly code: string | undefined;
  /** The cloud's request id, to be quoted to its support. */
  readonly requestId: string | undefined;
  /** True when the call may have taken effect although no answer was seen (time-out, connection lost, 5xx). */
  readonly ambiguous: boolean;

  constructor(
    reason: ProviderErrorReason,
    message: string,
    details: { call: string; code?: string | undefined; requestId?: string | undefined; ambiguous?: boolean },
  ) {
    super(message);
    this.reason = reason;
    this.call = details.call;
    this.code = details.code;
    this.requestId = details.requestId;
    this.ambiguous = details.ambiguous ?? false;
  }
}
