import type { IdentityAnswer, IdentityCall, IdentityContext } from './identity-call.ts';
import { parseJwt } from './jwt.ts';
import { invalidGrant, OAuthError } from './oauth-error.ts';
import { federatedId } from './principals.ts';

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const SUBJECT_TOKENS = ['urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:id_token'];

/**
 * Security Token Service, v1.token: the token of an identity provider for one of Google (RFC 8693). Takes a form, as RFC
 * 8693 has it, or JSON with Google's names.
 *
 * @throws {OAuthError}
 */
export function exchangeToken(context: IdentityContext, { headers, body, callerIs }: IdentityCall): IdentityAnswer {
  const isJson = String(headers['content-type']).startsWith('application/json');
  const form = isJson
    ? new Map(Object.entries(JSON.parse(body.toString()) as Readonly<Record<string, string>>))
    : new Map(new URLSearchParams(body.toString()));
  const field = (name: string): string =>
    form.get(isJson ? name.replaceAll(/_(.)/g, (_all, letter: string) => letter.toUpperCase()) : name) ?? '';
  if (field('grant_type') !== TOKEN_EXCHANGE) {
    throw new OAuthError('unsupported_grant_type', `Unsupported grant type: ${field('grant_type')}`);
  }
  const provider = context.workloadIdentity;
  if (provider === undefined || field('audience') !== provider.audience) {
    throw new OAuthError('invalid_target', 'The target service indicated by the "audience" parameters is invalid.');
  }
  if (field('requested_token_type') !== ACCESS_TOKEN) {
    throw new OAuthError('invalid_request', 'Invalid value for "requestedTokenType".');
  }
  if (!SUBJECT_TOKENS.includes(field('subject_token_type'))) {
    throw new OAuthError('invalid_request', 'Invalid value for "subjectTokenType".');
  }
  if (field('scope') === '') throw new OAuthError('invalid_scope', 'The scope is missing.');
  const jwt = parseJwt(field('subject_token'));
  if (jwt?.isSignedBy(provider.publicKey) !== true) {
    throw invalidGrant('Invalid subject token: the signature cannot be verified.');
  }
  const { iss, aud, sub, exp } = jwt.claims;
  if (iss !== provider.issuer) throw invalidGrant('The issuer in ID Token does not match the expected one.');
  // By default a provider takes the full resource name as the audience, with or without the scheme.
  if (aud !== provider.audience && aud !== `https:${provider.audience}`) {
    throw invalidGrant('The audience in ID Token does not match the expected audience.');
  }
  if (typeof exp !== 'number' || exp * 1000 <= context.now) throw invalidGrant('ID Token is stale to sign-in.');
  const subject = String(sub);
  const id = federatedId(provider, subject);
  callerIs(id);
  const grants = provider.subjects.find((each) => each.subject === subject) ?? { allow: [] };
  const { token, expiresIn } = context.tokens.issue({ ...grants, id }, field('scope').split(' '));
  return {
    json: { access_token: token, issued_token_type: ACCESS_TOKEN, token_type: 'Bearer', expires_in: expiresIn },
  };
}
