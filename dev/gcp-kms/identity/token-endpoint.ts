import type { IdentityAnswer, IdentityCall, IdentityContext } from './identity-call.ts';
import { isInTime, parseJwt } from './jwt.ts';
import { invalidGrant, OAuthError } from './oauth-error.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * OAuth 2.0 for service accounts: a signed assertion for an access token.
 *
 * @throws {OAuthError} with Google's descriptions
 */
export function exchangeAssertion(context: IdentityContext, { headers, body, callerIs }: IdentityCall): IdentityAnswer {
  if (!String(headers['content-type']).startsWith('application/x-www-form-urlencoded')) {
    throw new OAuthError('invalid_request', 'The content type must be application/x-www-form-urlencoded.');
  }
  const form = new URLSearchParams(body.toString());
  const grantType = form.get('grant_type');
  if (grantType !== JWT_BEARER) {
    throw new OAuthError('unsupported_grant_type', `Invalid grant_type: ${grantType ?? ''}`);
  }
  const jwt = parseJwt(form.get('assertion') ?? '');
  if (jwt === undefined) throw invalidGrant('Bad Request');
  const { iss, aud, scope, sub } = jwt.claims;
  const account = context.accounts.find(({ email }) => email === iss);
  if (account === undefined) throw invalidGrant('Invalid grant: account not found');
  callerIs(account.email);
  if (jwt.header['kid'] !== undefined && jwt.header['kid'] !== account.keyId)
    throw invalidGrant('Invalid JWT Signature.');
  if (!jwt.isSignedBy(account.publicKey)) throw invalidGrant('Invalid JWT Signature.');
  if (typeof aud !== 'string' || !context.audiences.includes(aud))
    throw invalidGrant('Invalid JWT: Failed audience check.');
  if (!isInTime(jwt, context.now)) {
    throw invalidGrant(
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    );
  }
  // A user in whose name the account acts needs domain-wide delegation.
  if (sub !== undefined && sub !== iss) {
    throw new OAuthError(
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
      401,
    );
  }
  if (typeof scope !== 'string' || scope === '') {
    throw new OAuthError('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
  }
  const { token, expiresIn } = context.tokens.issue({ ...account, id: account.email }, scope.split(' '));
  return { json: { access_token: token, expires_in: expiresIn, token_type: 'Bearer' } };
}
