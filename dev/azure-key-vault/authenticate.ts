import type { Caller, TokenIssuer } from './access-token.ts';
import { KeyVaultError } from './errors.ts';
import type { Vault } from './state.ts';

/** What a vault accepts tokens by. */
export interface Trust {
  /** Of the login endpoint, without a trailing slash. */
  readonly authority: string;
  /** The resource that a token must be for. */
  readonly resource: string;
  readonly tokens: TokenIssuer;
}

/**
 * Reads the access token of a request (Microsoft: Key Vault REST API error codes, 401).
 *
 * @param now milliseconds
 * @throws {KeyVaultError} 401, with the challenge that tells a client tenant and resource
 */
export function authenticate(
  { authority, resource, tokens }: Trust,
  vault: Vault,
  authorization: string | undefined,
  now: number,
): Caller {
  const refuse = (message: string): KeyVaultError =>
    new KeyVaultError(401, 'Unauthorized', message, undefined, {
      'www-authenticate': `Bearer authorization="${authority}/${vault.tenantId}", resource="${resource}"`,
    });
  const [, token] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) throw refuse('AKV10000: Request is missing a Bearer or PoP token.');
  const claims = tokens.read(token);
  if (claims === undefined) throw refuse('AKV10046: Unable to resolve the key used for signature validation.');
  if (claims.aud !== resource) {
    throw refuse(`AKV10022: Invalid audience. Expected ${resource}, found: ${claims.aud}.`);
  }
  const issuer = `https://sts.windows.net/${vault.tenantId}/`;
  if (claims.iss !== issuer) {
    throw refuse(`AKV10032: Invalid issuer. Expected one of ${issuer}, found ${claims.iss}.`);
  }
  const at = now / 1000;
  if (at < claims.nbf - 300 || at >= claims.exp) {
    throw refuse("[TokenExpired] Error validating token: 'S2S12086'.");
  }
  return { tenantId: claims.tid, clientId: claims.appid, objectId: claims.oid };
}
