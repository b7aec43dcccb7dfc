import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import { NEVER_SENT, REASON_BY_CODE } from './error-reasons.ts';

/** What an SDK error looks like, whatever its class: read by shape, so that no class has to be loaded for it. */
interface SdkError extends Error {
  readonly code?: unknown;
  readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number };
}

/**
 * Translates whatever a call of the SDK rejects with. The new error keeps AWS's own words, which name the principal,
 * the action and the key, and drops the original, which carries the request with its credentials.
 */
export function toProviderError(call: string, endpoint: string, error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  if (!(error instanceof Error)) return new ProviderError('unavailable', `${call}: unknown failure`, { call });
  const { name, code, $metadata = {} } = error as SdkError;
  const networkCode = typeof code === 'string' ? code : undefined;
  const reason = reasonOf(name, networkCode, error.message, $metadata.httpStatusCode);
  const isNetwork = networkCode !== undefined && $metadata.httpStatusCode === undefined;
  const message = isNetwork
    ? `${call}: ${NEVER_SENT.has(networkCode) ? 'cannot reach' : 'lost the connection to'} ${endpoint} (${networkCode})`
    : `${call}: ${error.message} (${[name, ...requestOf($metadata.requestId)].join(', ')})`;
  return new ProviderError(reason, message, {
    call,
    code: networkCode ?? name,
    requestId: $metadata.requestId,
    ambiguous: (reason === 'unavailable' || reason === 'timeout') && !NEVER_SENT.has(networkCode ?? ''),
  });
}

function reasonOf(
  name: string,
  networkCode: string | undefined,
  message: string,
  status: number | undefined,
): ProviderErrorReason {
  if (name === 'KMSInvalidStateException' && message.includes('pending deletion')) return 'pending_deletion';
  // The SDK calls every broken connection a TimeoutError; Node's code says what it was.
  if (networkCode === 'ECONNRESET' || networkCode === 'EPIPE') return 'unavailable';
  const known = REASON_BY_CODE[name];
  if (known) return known;
  if (networkCode === 'ETIMEDOUT') return 'timeout';
  if (status !== undefined && status < 500) return 'invalid_request';
  return 'unavailable';
}

function requestOf(requestId: string | undefined): readonly string[] {
  return requestId === undefined ? [] : [`request id ${requestId}`];
}
