import { createPrivateKey, sign } from 'node:crypto';
import type { RestRequest } from '../http/rest-calls.ts';
import type { GoogleCredentials } from './google-credentials.ts';
import { IAM_CREDENTIALS } from './hosts.ts';
import { impersonate } from './impersonate.ts';
import { subjectToken } from './subject-token.ts';
import { accepted, failure, LIFETIME_S, tokenIn, type FetchedToken } from './token-answer.ts';
import type { TokenContext } from './token-context.ts';

const KMS_SCOPE = 'https://www.googleapis.com/auth/cloudkms';
/** What tokens of other accounts are asked for with. */
const IMPERSONATION_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * Fetches a token that calls Cloud KMS.
 *
 * A service account's key signs a request to its token_uri (RFC 7523), and not the token itself: so token_uri decides where
 * keys are known, a disabled key fails here with a text of its own, and what goes to the KMS endpoint is never more than
 * one token of the cloudkms scope.
 *
 * @param impersonated - email of the service account that is acted as
 */
export async function fetchToken(
  context: TokenContext,
  credentials: GoogleCredentials | 'metadata',
  impersonated: string | undefined,
  signal: AbortSignal,
): Promise<FetchedToken> {
  if (impersonated === undefined) return direct(context, credentials, KMS_SCOPE, signal);
  const { token } = await direct(context, credentials, IMPERSONATION_SCOPE, signal);
  const url = `${IAM_CREDENTIALS}/v1/projects/-/serviceAccounts/${impersonated}:generateAccessToken`;
  return impersonate(context, url, [], token, KMS_SCOPE, signal);
}

async function direct(
  context: TokenContext,
  credentials: GoogleCredentials | 'metadata',
  scope: string,
  signal: AbortSignal,
): Promise<FetchedToken> {
  if (credentials === 'metadata') return fromMetadata(context, scope, signal);
  switch (credentials.type) {
    case 'service_account': {
      const { email, key, keyId, tokenUri } = credentials;
      const iat = Math.floor(context.clock.now() / 1000);
      const claims = { iss: email, scope, aud: tokenUri, iat, exp: iat + LIFETIME_S };
      const assertion = signedJwt({ alg: 'RS256', typ: 'JWT', ...(keyId && { kid: keyId }) }, claims, key.reveal());
      context.onSecret(assertion);
      const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
      return tokenIn(context, await post(context, tokenUri, new URLSearchParams(form), signal));
    }
    case 'authorized_user': {
      const { clientId: client_id, clientSecret, refreshToken, tokenUri } = credentials;
      const secrets = { client_secret: clientSecret.reveal(), refresh_token: refreshToken.reveal() };
      const form = { grant_type: 'refresh_token', client_id, ...secrets };
      return tokenIn(context, await post(context, tokenUri, new URLSearchParams(form), signal));
    }
    case 'impersonated_service_account': {
      const { token } = await direct(context, credentials.source, IMPERSONATION_SCOPE, signal);
      return impersonate(context, credentials.url, credentials.delegates, token, scope, signal);
    }
    case 'external_account': {
      const { audience, subjectTokenType: subject_token_type, tokenUrl, source, impersonationUrl } = credentials;
      const subject_token = await subjectToken(context, source, signal);
      context.onSecret(subject_token);
      const form = {
        ...{
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          audience,
          subject_token_type,
          subject_token,
        },
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        scope: impersonationUrl === undefined ? scope : IMPERSONATION_SCOPE,
      };
      const federated = tokenIn(context, await post(context, tokenUrl, new URLSearchParams(form), signal));
      if (impersonationUrl === undefined) return federated;
      return impersonate(context, impersonationUrl, [], federated.token, scope, signal);
    }
  }
}

/** AIP-4115. The header tells that the answer is that of a metadata server. */
async function fromMetadata(context: TokenContext, scope: string, signal: AbortSignal): Promise<FetchedToken> {
  const { local, metadataHost, secrets } = context;
  const url = new URL(`http://${metadataHost}/computeMetadata/v1/instance/service-accounts/default/token`);
  url.searchParams.set('scopes', scope);
  const headers = { 'metadata-flavor': 'Google' };
  const request: RestRequest = { call: 'metadata server', method: 'GET', url, headers, secrets: secrets() };
  const answer = await local.send(request, signal);
  if (answer.headers['metadata-flavor'] !== 'Google')
    throw failure('unauthenticated', 'it is not that of Google Cloud');
  if (answer.status === 404) throw failure('unauthenticated', 'the machine has no service account');
  return tokenIn(context, accepted(url, answer));
}

async function post(
  { services, secrets }: TokenContext,
  target: string,
  body: URLSearchParams,
  signal: AbortSignal,
): Promise<unknown> {
  const url = new URL(target);
  const answer = await services.send({ call: 'token', method: 'POST', url, body, secrets: secrets() }, signal);
  return accepted(url, answer);
}

function signedJwt(header: object, claims: object, key: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part(header)}.${part(claims)}`;
  return `${body}.${sign('RSA-SHA256', Buffer.from(body), createPrivateKey(key)).toString('base64url')}`;
}
