import { secret, type Secret } from '../../support/secret.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { ProviderError } from '../errors.ts';
import { errorWithoutSecrets } from '../http/redact.ts';
import type { RestCalls, RestRequest } from '../http/rest-calls.ts';
import { CONSISTENT, retryWithin, type RetryPolicy } from '../http/retry.ts';
import { identityRequest } from './managed-identity.ts';
import { proofOf, type ProofContext } from './proof.ts';
import { readToken, requireTenant } from './read-token.ts';
import { noCredentials, tokenFailure } from './token-failure.ts';

/** How long a service that is throttled or down is asked. */
const BUDGET_MS = 15_000;
/** A service of the machine answers at once, or is not there. */
const LOCAL: RetryPolicy = { ...CONSISTENT, reasons: ['throttled', 'unavailable'] };
const LOCAL_MS = 5_000;

const NOTHING_ELSE =
  '; there are none in the configuration (client_id, client_secret) and the environment (AZURE_CLIENT_ID, AZURE_CLIENT_SECRET)';

/** An access token in use. */
export interface Token {
  readonly value: Secret<string>;
  /** By the monotonic clock. */
  readonly begun: number;
  readonly lifetimeMs: number;
}

/** What asking for a token needs. */
export interface TokenContext extends ProofContext {
  readonly env: Environment;
  readonly rest: RestCalls;
  /** For the services of the machine, which no proxy leads to. */
  readonly local: RestCalls;
  /** All secret values in use. */
  readonly secrets: () => readonly string[];
}

/** Asks for a token. Its answer has to be of the tenant. */
export async function fetchToken(context: TokenContext): Promise<Token> {
  const { settings, retry, remember, secrets } = context;
  // Ends by the deadlines of its requests, whoever waits for it.
  const { signal } = new AbortController();
  const begun = retry.clock.monotonic();
  const isLocal = settings.identity.by === 'managed_identity';
  const repeat = retryWithin(isLocal ? LOCAL_MS : BUDGET_MS, retry, signal);
  const { answer, service } = await repeat(isLocal ? LOCAL : CONSISTENT, async () => {
    const { calls, request, service: asked } = await requestFor(context);
    const got = await calls.send({ ...request, secrets: secrets() }, signal).catch((error: unknown) => {
      throw error instanceof ProviderError
        ? noCredentials(settings, error.reason, `${error.message}${isLocal ? NOTHING_ELSE : ''}`)
        : error;
    });
    if (got.status !== 200) throw errorWithoutSecrets(tokenFailure(settings.source, asked, got), secrets());
    return { answer: got, service: asked };
  });
  const { value, lifetimeMs } = readToken(settings, service, answer);
  remember(value);
  requireTenant(settings, value);
  return { value: secret(value), begun, lifetimeMs };
}

async function requestFor(context: TokenContext): Promise<{
  readonly calls: RestCalls;
  readonly request: Omit<RestRequest, 'secrets'>;
  readonly service: string;
}> {
  const { settings, env, rest, local } = context;
  const { identity, authority, tenantId, vault } = settings;
  if (identity.by === 'managed_identity') {
    const found = identityRequest(env, vault.audience, identity.clientId);
    if (typeof found === 'string') throw noCredentials(settings, 'unauthenticated', found);
    const { url, headers, service } = found;
    return { calls: local, request: { call: 'credentials', method: 'GET', url, headers }, service };
  }
  const url = new URL(`/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`, authority);
  const proof = await proofOf(context, identity, url.href);
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: identity.clientId,
    scope: `${vault.audience}/.default`,
    ...proof,
  });
  return { calls: rest, request: { call: 'credentials', method: 'POST', url, body }, service: url.host };
}
