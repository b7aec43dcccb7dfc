import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import { isObject, memberOf } from '../http/members.ts';
import { printable } from '../http/printable.ts';
import type { RestAnswer } from '../http/rest-calls.ts';

/** Reason and HTTP status by canonical code (google.rpc.Code, "HTTP Mapping"). */
const REASON_BY_STATUS: Readonly<Record<string, readonly [reason: ProviderErrorReason, http: number]>> = {
  INVALID_ARGUMENT: ['invalid_request', 400],
  OUT_OF_RANGE: ['invalid_request', 400],
  UNIMPLEMENTED: ['invalid_request', 501],
  FAILED_PRECONDITION: ['invalid_state', 400],
  NOT_FOUND: ['not_found', 404],
  ALREADY_EXISTS: ['already_exists', 409],
  PERMISSION_DENIED: ['forbidden', 403],
  UNAUTHENTICATED: ['unauthenticated', 401],
  RESOURCE_EXHAUSTED: ['throttled', 429],
  // Another change of the same object was at work; nothing was done.
  ABORTED: ['throttled', 409],
  CANCELLED: ['timeout', 499],
  DEADLINE_EXCEEDED: ['timeout', 504],
  UNAVAILABLE: ['unavailable', 503],
  INTERNAL: ['unavailable', 500],
  UNKNOWN: ['unavailable', 500],
  DATA_LOSS: ['unavailable', 500],
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
  const [reason, status] = (typeof code === 'string' && ownIn(REASON_BY_STATUS, code)) || [];
  // One that contradicts its HTTP status is another one's, and does not make a refusal of what may have happened.
  if (typeof code !== 'string' || reason === undefined || status !== http) {
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

function ownIn<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
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
