import { randomBytes } from 'node:crypto';
import { unauthenticated } from '../errors.ts';
import { isInTime, parseJwt } from './jwt.ts';
import type { Principal, ServiceAccountOptions } from './principals.ts';

/** The access tokens that have been issued, and who holds them. */
export interface Tokens {
  /** Makes a token. @param seconds how long it is valid */
  issue(principal: Principal, scopes: readonly string[], seconds?: number): IssuedToken;
  /** Who sends this `Authorization` header. @throws {GoogleError} UNAUTHENTICATED */
  holder(authorization: string | undefined): Holder;
  /** All tokens so far, those that have ended too. */
  all(): readonly string[];
  /** Ends all tokens, as when a service account is disabled and enabled again. */
  revoke(): void;
}

export interface IssuedToken {
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

export interface Holder {
  readonly principal: Principal;
  readonly scopes: readonly string[];
}

const TOKEN_SECONDS = 3599;
const AUDIENCE = 'https://cloudkms.googleapis.com/';
export const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';

const MISSING =
  'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.';
const INVALID = MISSING.replace(
  'is missing required authentication credential',
  'had invalid authentication credentials',
);

export function newTokens(accounts: readonly ServiceAccountOptions[], now: () => number): Tokens {
  const all: string[] = [];
  const issued = new Map<string, Holder & { readonly expiresAt: number }>();
  /** A JWT that a service account has signed itself: for the API as its audience, or with scopes (AIP-4111). */
  const selfSigned = (text: string): Holder | undefined => {
    const jwt = parseJwt(text);
    const { iss, sub, aud, scope } = jwt?.claims ?? {};
    const account = accounts.find(({ email, keyId }) => email === iss && keyId === jwt?.header['kid']);
    if (!jwt || !account || sub !== iss || !jwt.isSignedBy(account.publicKey)) return undefined;
    if (!isInTime(jwt, now())) throw unauthenticated(INVALID, 'ACCESS_TOKEN_EXPIRED');
    const principal = { ...account, id: account.email };
    if (typeof scope === 'string') return { principal, scopes: scope.split(' ') };
    return aud === AUDIENCE ? { principal, scopes: [CLOUD_PLATFORM] } : undefined;
  };
  return {
    issue(principal, scopes, seconds = TOKEN_SECONDS) {
      const token = `ya29.c.${randomBytes(96).toString('base64url')}`;
      all.push(token);
      const expiresAt = now() + seconds * 1000;
      issued.set(token, { principal, scopes, expiresAt });
      return { token, expiresIn: seconds, expiresAt };
    },
    holder(authorization) {
      const [, text] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
      if (text === undefined) throw unauthenticated(MISSING, 'CREDENTIALS_MISSING');
      const known = issued.get(text);
      if (known && known.expiresAt <= now()) throw unauthenticated(INVALID, 'ACCESS_TOKEN_EXPIRED');
      const holder = known ?? selfSigned(text);
      if (holder === undefined) throw unauthenticated(INVALID, 'ACCESS_TOKEN_TYPE_UNSUPPORTED');
      return holder;
    },
    all: () => [...all],
    revoke() {
      issued.clear();
    },
  };
}
