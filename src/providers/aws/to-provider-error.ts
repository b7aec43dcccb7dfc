import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import { CA_VARIABLE } from './endpoint.ts';
import { REASON_BY_CODE } from './error-reasons.ts';
import { networkFailure } from '../http/network-failure.ts';
import { printable } from '../http/printable.ts';

/** The shape of SDK errors. Read by shape, so that the SDK's classes need not be loaded. */
interface SdkError extends Error {
  readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number };
}

/**
 * Translates an SDK error. The new error keeps the message of AWS, which names the principal, the action and the KMS key,
 * and drops the original, which holds the request with its credentials.
 *
 * @param sent - false if the request cannot have been sent, because the configuration or the environment is incomplete or
 * contradictory
 */
export function toProviderError(call: string, endpoint: string, error: unknown, sent = true): ProviderError {
  if (error instanceof ProviderError) return error;
  if (!(error instanceof Error)) {
    return new ProviderError('unavailable', `${call}: unknown failure`, { call, ambiguous: true });
  }
  const { name, $metadata = {} } = error as SdkError;
  if (!sent) {
    const { code = name } = error as { code?: string };
    return new ProviderError('invalid_request', `${call}: not sent: ${printable(error.message)} (${code})`, {
      call,
      code,
    });
  }
  const { httpStatusCode: status, requestId } = $metadata;
  const network = status === undefined ? networkFailure(error, endpoint, CA_VARIABLE) : undefined;
  if (network) {
    const { reason, text, code, neverSent } = network;
    return new ProviderError(reason, `${call}: ${text} (${code})`, { call, code, ambiguous: !neverSent });
  }
  const reason = reasonOf(name, error.message, status);
  const code = Object.hasOwn(REASON_BY_CODE, name) || status === undefined || status < 300 ? name : undefined;
  const source = [code ?? `HTTP ${status}`, ...(requestId === undefined ? [] : [`request id ${requestId}`])].join(', ');
  const text = textOf(error.message, endpoint, code, status);
  return new ProviderError(reason, `${call}: ${text} (${source})`, {
    call,
    code,
    requestId,
    ambiguous: reason === 'unavailable' || reason === 'timeout',
  });
}

function reasonOf(name: string, message: string, status: number | undefined): ProviderErrorReason {
  if (name === 'KMSInvalidStateException' && message.includes('pending deletion')) return 'pending_deletion';
  if (Object.hasOwn(REASON_BY_CODE, name)) return REASON_BY_CODE[name] ?? 'unavailable';
  if (status === 403) return 'forbidden';
  if (status === 429) return 'throttled';
  // A proxy timed out (499: nginx); the cloud may have received the request.
  if (status === 408 || status === 499) return 'timeout';
  // Only a 4xx is a rejection; after any other status the call may have taken effect.
  if (status !== undefined && status >= 400 && status < 500) return 'invalid_request';
  return 'unavailable';
}

function textOf(message: string, endpoint: string, code: string | undefined, status: number | undefined): string {
  if (code === undefined) return `${endpoint} gives an answer that is not AWS KMS's`;
  return status !== undefined && status < 300
    ? `the answer of ${endpoint} cannot be read`
    : printable(withoutRequest(message));
}

/** Some signature errors quote the canonical request, which includes the session token header. */
function withoutRequest(message: string): string {
  return message.replace(/\s*The Canonical String for this request[^]*$/, '');
}
