import { BackendError, codedError, userError } from '../logical/index.ts';
import { ProviderError, type ProviderErrorReason } from '../providers/errors.ts';
import { IncompleteError } from './incomplete-error.ts';

/**
 * HTTP status by what went wrong in the cloud: 400 where the operator can mend it (configuration, permissions, the
 * state of the objects), 502 where the cloud has to, 504 where it did not answer.
 */
const STATUS: Readonly<Record<ProviderErrorReason, 400 | 502 | 504>> = {
  not_found: 400,
  pending_deletion: 400,
  invalid_state: 400,
  already_exists: 400,
  forbidden: 400,
  unauthenticated: 400,
  invalid_request: 400,
  throttled: 502,
  unavailable: 502,
  not_ready: 504,
  timeout: 504,
};

/** The answer to a request that a cloud made fail; any other error passes through untouched. */
export function asBackendError(error: unknown, prefix = ''): unknown {
  if (!(error instanceof IncompleteError)) return error;
  return providerFailure(error.cause.reason, `${prefix}${error.message}`, error);
}

/** An answer with the status that belongs to a reason. */
export function providerFailure(reason: ProviderErrorReason, text: string, cause: unknown): BackendError {
  const status = STATUS[reason];
  return status === 400 ? userError(text, cause) : codedError(status, text, cause);
}

/** Whether an error says that the cloud did not answer: then the next question would not be answered either. */
export function isUnreachable(error: unknown): boolean {
  const cause = error instanceof IncompleteError ? error.cause : error;
  if (cause instanceof ProviderError) return cause.reason === 'unavailable' || cause.reason === 'timeout';
  return cause instanceof BackendError && cause.status === 504;
}
