/**
 * Why a call to a cloud failed. Adapters throw no other errors, so the engine does not depend on SDK errors.
 */
export type ProviderErrorReason =
  /** The object does not exist. */
  | 'not_found'
  /** The object is scheduled for deletion; a removal treats it as deleted. */
  | 'pending_deletion'
  /** The state of the object does not permit the call (KMS key pending import, being created, …). */
  | 'invalid_state'
  /** The name is in use. */
  | 'already_exists'
  /** The credentials lack a permission. */
  | 'forbidden'
  /** The credentials are missing, wrong or expired. */
  | 'unauthenticated'
  /** Too many requests, or a quota of the account is exceeded. */
  | 'throttled'
  /** The cloud rejects the request as invalid. */
  | 'invalid_request'
  /** The cloud has not finished what was begun before. */
  | 'not_ready'
  /** No response in time. */
  | 'timeout'
  /** The cloud failed, or could not be reached. */
  | 'unavailable';

/** A failed call to a cloud. Its message is shown to the user: it has no credentials and no key material. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly reason: ProviderErrorReason;
  /** The API call that failed, for example `CreateKey`. */
  readonly call: string;
  /** The error code of the cloud, if any. */
  readonly code: string | undefined;
  /** The request ID of the cloud, for its support. */
  readonly requestId: string | undefined;
  /** True if the call may have taken effect although it failed (timeout, connection lost, 5xx). */
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
