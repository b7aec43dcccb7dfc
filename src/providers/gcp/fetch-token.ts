import { createPrivateKey, sign } from 'node:crypto';
import type { WallClock } from '../../support/clock.ts';
import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import { printable } from '../http/printable.ts';
import type { RestAnswer, RestCalls, RestRequest } from '../http/rest-calls.ts';
import type { GoogleCredentials, SubjectTokenSource } from './google-credentials.ts';
import { IAM_CREDENTIALS } from './hosts.ts';
import { memberOf, textIn } from './members.ts';
import { readServerFile, UnusableFile } from '../http/server-file.ts';

const KMS_SCOPE = 'https://www.googleapis.com/auth/cloudkms';
/** What tokens of other accounts are asked for with. */
const IMPERSONATION_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const LIFETIME_S = 3_600;
/** Far longer than tokens are. */
const LONGEST_TOKEN = 16_384;
/** In bytes; a token may stand in JSON, with others. */
const LONGEST_SUBJECT_FILE = 64 * 1024;

/** A bearer token. */
export interface FetchedToken {
  readonly token: string;
  readonly lifetimeMs: number;
}

/** What fetching a token needs. */
export interface TokenContext {
  /** Services of Google that issue tokens. */
  readonly services: RestCalls;
  /** The metadata server and sources of subject tokens, which no proxy is on the way to. */
  readonly local: RestCalls;
  readonly clock: WallClock;
  readonly metadataHost: string;
  /** Told of every secret that is read or issued, before it is used. */
  readonly onSecret: (text: string) => void;
  readonly secrets: () => readonly string[];
}

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

async function impersonate(
  context: TokenContext,
  target: string,
  delegates: readonly string[],
  token: string,
  scope: string,
  signal: AbortSignal,
): Promise<FetchedToken> {
  const { services, clock, secrets, onSecret } = context;
  const url = new URL(target);
  const headers = { authorization: `Bearer ${token}` };
  const body = { scope: [scope], lifetime: `${LIFETIME_S}s`, ...(delegates.length > 0 && { delegates }) };
  const call = 'generateAccessToken';
  const answer = await services.send({ call, method: 'POST', url, headers, body, secrets: secrets() }, signal);
  const json = accepted(url, answer);
  const issued = textIn(json, 'accessToken', LONGEST_TOKEN);
  const lifetimeMs = Date.parse(textIn(json, 'expireTime') ?? '') - clock.now();
  if (!issued || !isToken(issued) || Number.isNaN(lifetimeMs)) throw unreadable(url);
  onSecret(issued);
  return { token: issued, lifetimeMs: Math.min(lifetimeMs, LIFETIME_S * 1_000) };
}

async function subjectToken(context: TokenContext, source: SubjectTokenSource, signal: AbortSignal): Promise<string> {
  const text = 'file' in source ? await subjectFile(source.file) : await subjectUrl(context, source, signal);
  const token = source.field === undefined ? text.trim() : textIn(parsed(text), source.field, LONGEST_TOKEN);
  if (!token && source.field !== undefined) {
    throw failure(
      'unauthenticated',
      'what credential_source gives has no member of the name in subject_token_field_name',
    );
  }
  if (token && token.length <= LONGEST_TOKEN && isToken(token)) return token;
  throw failure('unauthenticated', 'what credential_source gives is not a token');
}

async function subjectFile(path: string): Promise<string> {
  try {
    return await readServerFile(path, LONGEST_SUBJECT_FILE);
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    throw failure('unauthenticated', `the file of credential_source cannot be read by the plugin (${error.code})`);
  }
}

async function subjectUrl(
  { local, secrets }: TokenContext,
  { url: target, headers }: Extract<SubjectTokenSource, { url: string }>,
  signal: AbortSignal,
): Promise<string> {
  const url = new URL(target);
  const answer = await local.send(
    { call: 'credential_source', method: 'GET', url, headers, secrets: secrets() },
    signal,
  );
  accepted(url, answer);
  return answer.text;
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

/** The members of a success. @throws {ProviderError} with the words of the service (RFC 6749, or google.rpc.Status) */
function accepted(url: URL, { status, json }: RestAnswer): unknown {
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

function tokenIn({ onSecret }: TokenContext, json: unknown): FetchedToken {
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
function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function signedJwt(header: object, claims: object, key: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part(header)}.${part(claims)}`;
  return `${body}.${sign('RSA-SHA256', Buffer.from(body), createPrivateKey(key)).toString('base64url')}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable({ host }: URL): ProviderError {
  return failure('unavailable', `the answer of ${host} has no token`);
}

function failure(reason: ProviderErrorReason, text: string): ProviderError {
  return new ProviderError(reason, text, { call: 'credentials' });
}
