import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import { printable } from '../http/printable.ts';
import type { RestAnswer } from '../http/rest-calls.ts';
import { isObject, memberOf } from './members.ts';

/** Reason by canonical code (google.rpc.Code). */
export const REASON_BY_STATUS: Readonly<Record<string, ProviderErrorReason>> = {
  INVALID_ARGUMENT: 'invalid_request',
  OUT_OF_RANGE: 'invalid_request',
  UNIMPLEMENTED: 'invalid_request',
  FAILED_PRECONDITION: 'invalid_state',
  NOT_FOUND: 'not_found',
  ALREADY_EXISTS: 'already_exists',
  PERMISSION_DENIED: 'forbidden',
  UNAUTHENTICATED: 'unauthenticated',
  RESOURCE_EXHAUSTED: 'throttled',
  // Another change of the same object was at work; nothing was done.
  ABORTED: 'throttled',
  CANCELLED: 'timeout',
  DEADLINE_EXCEEDED: 'timeout',
  UNAVAILABLE: 'unavailable',
  INTERNAL: 'unavailable',
  UNKNOWN: 'unavailable',
  DATA_LOSS: 'unavailable',
};

/**
 * Translates an answer that is no success (google.rpc.Status as JSON). The message of Google names the resource and mostly
 * the permission; where it does not, `permission` is named.
 */
export function statusError(
  call: string,
  permission: string | undefined,
  endpoint: string,
  answer: RestAnswer,
): ProviderError {
  const { status: http, json } = answer;
  const error = memberOf(json, 'error');
  const code = memberOf(error, 'status');
  if (typeof code !== 'string' || !Object.hasOwn(REASON_BY_STATUS, code)) {
    return new ProviderError(
      reasonOf(http),
      `${call}: ${endpoint} gives an answer that is not Google's (HTTP ${http})`,
      {
        call,
        // Only a 4xx is a rejection; after any other status the call may have taken effect.
        ambiguous: !(http >= 400 && http < 500) || http === 408 || http === 499,
      },
    );
  }
  const reason = REASON_BY_STATUS[code] ?? 'unavailable';
  const given = memberOf(error, 'message');
  const message = printable(typeof given === 'string' ? given : '');
  const isUnnamed = reason === 'forbidden' && permission !== undefined && !message.includes(permission);
  const missing = isUnnamed ? `; it takes ${permission}` : '';
  const text = `${call}: ${message || 'no message'} (${[code, ...detailsOf(error)].join(', ')})${missing}`;
  return new ProviderError(reason, text, {
    call,
    code,
    ambiguous: reason === 'unavailable' || reason === 'timeout',
  });
}

function reasonOf(http: number): ProviderErrorReason {
  if (http === 401) return 'unauthenticated';
  if (http === 403) return 'forbidden';
  if (http === 429) return 'throttled';
  if (http === 408 || http === 499 || http === 504) return 'timeout';
  return http >= 400 && http < 500 ? 'invalid_request' : 'unavailable';
}

/** The reasons in google.rpc.ErrorInfo, such as SERVICE_DISABLED. */
function detailsOf(error: unknown): readonly string[] {
  const details = memberOf(error, 'details');
  if (!Array.isArray(details)) return [];
  return details.slice(0, 8).flatMap((each: unknown) => {
    const reason = isObject(each) ? memberOf(each, 'reason') : undefined;
    return typeof reason === 'string' && /^[A-Z][A-Z0-9_]{2,62}$/.test(reason) ? [reason] : [];
  });
}
