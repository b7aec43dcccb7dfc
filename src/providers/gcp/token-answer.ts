import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import { memberOf, textIn } from '../http/members.ts';
import { printable } from '../http/printable.ts';
import type { RestAnswer } from '../http/rest-calls.ts';
import type { TokenContext } from './token-context.ts';

/** What is asked for, and the most that an answer is believed. */
export const LIFETIME_S = 3_600;
/** Far longer than tokens are. */
export const LONGEST_TOKEN = 16_384;

/** A bearer token. */
export interface FetchedToken {
  readonly token: string;
  readonly lifetimeMs: number;
}

/** The members of a success. @throws {ProviderError} with the words of the service (RFC 6749, or google.rpc.Status) */
export function accepted(url: URL, { status, json }: RestAnswer): unknown {
  if (status >= 200 && status < 300) return json;
  const error = memberOf(json, 'error');
  const said = [
    textIn(json, 'error'),
    textIn(json, 'error_description'),
    textIn(error, 'status'),
    textIn(error, 'message'),
  ];
  const words = printable(said.filter((each) => each).join(', '));
  const reason = status === 429 ? 'throttled' : status >= 400 && status < 500 ? 'unauthenticated' : 'unavailable';
  throw failure(reason, `${url.host} refused: ${words || `HTTP ${status}`}`);
}

/** The token in the answer of a token endpoint or of the metadata server (RFC 6749 §5.1). */
export function tokenIn({ onSecret }: TokenContext, json: unknown): FetchedToken {
  const token = textIn(json, 'access_token', LONGEST_TOKEN);
  const seconds = memberOf(json, 'expires_in');
  if (!token || !isToken(token)) throw failure('unavailable', 'the answer has no token');
  onSecret(token);
  const type = memberOf(json, 'token_type') ?? 'Bearer';
  // RFC 6749 §7.1: one of another type is not to be used.
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    throw failure('unavailable', 'the answer has a token of another type than Bearer');
  }
  return { token, lifetimeMs: typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, LIFETIME_S) * 1_000 : 0 };
}

/** Characters of a bearer token (RFC 6750), and those that Google has besides. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

export function failure(reason: ProviderErrorReason, text: string): ProviderError {
  return new ProviderError(reason, text, { call: 'credentials' });
}
