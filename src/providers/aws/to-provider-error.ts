import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import { REASON_BY_CODE } from './error-reasons.ts';
import { networkFailure } from './network-failure.ts';
import { printable } from './printable.ts';

/** What an SDK error looks like, whatever its class: read by shape, so that no class has to be loaded for it. */
interface SdkError extends Error {
  readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number };
}

/**
 * Translates whatever a call of the SDK rejects with. The new error keeps AWS's own words, which name the principal,
 * the action and the key, and drops the original, which carries the request with its credentials.
 *
 * @param sent - false where the request cannot have left the host, as the configuration or the environment lacks
 * something or contradicts itself
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
  const network = status === undefined ? networkFailure(error, endpoint) : undefined;
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
  // A proxy that gave up waiting (499: nginx); the cloud may have got the request all the same.
  if (status === 408 || status === 499) return 'timeout';
  // Only a 4xx is a refusal; whatever else was answered, the call may have had its effect.
  if (status !== undefined && status >= 400 && status < 500) return 'invalid_request';
  return 'unavailable';
}

function textOf(message: string, endpoint: string, code: string | undefined, status: number | undefined): string {
  if (code === undefined) return `${endpoint} gives an answer that is not AWS KMS's`;
  return status !== undefined && status < 300
    ? `the answer of ${endpoint} cannot be read`
    : printable(withoutRequest(message));
}

/** Some signature errors quote the request as AWS saw it, and the session token is one of its headers. */
function withoutRequest(message: string): string {
  return message.replace(/\s*The Canonical String for this request[^]*$/, '');
}
