import { secret, type Secret } from '../../support/secret.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { unlessAborted } from '../../support/unless-aborted.ts';
import { ProviderError } from '../errors.ts';
import { errorWithoutSecrets } from '../http/redact.ts';
import type { RestAnswer, RestCalls, RestRequest } from '../http/rest-calls.ts';
import { CONSISTENT, retryWithin, type RetryDependencies, type RetryPolicy } from '../http/retry.ts';
import { readServerFile, UnusableFile } from '../http/server-file.ts';
import { clientAssertion, UnusableCertificate } from './client-assertion.ts';
import { identityRequest } from './managed-identity.ts';
import type { Identity, Settings } from './settings.ts';
import { isGuid } from './take-credentials.ts';
import { tokenFailure } from './token-failure.ts';

/** A token is not used for the last minutes of its life, at most half of it. */
const MARGIN_MS = 5 * 60_000;
/** One that cannot be renewed is used until shortly before its end. */
const LAST_MS = 30_000;
/** How long a service that is throttled or down is asked. */
const BUDGET_MS = 15_000;
/** A service of the machine answers at once, or is not there. */
const LOCAL: RetryPolicy = { ...CONSISTENT, reasons: ['throttled', 'unavailable'] };
const LOCAL_MS = 5_000;
/** How many tokens and assertions are redacted: messages quote only recent ones. */
const REMEMBERED = 8;
/** Of a certificate with its key, or a token: in bytes. */
const LONGEST_FILE = 64 * 1024;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const NOTHING_ELSE =
  '; there are none in the configuration (client_id, client_secret) and the environment (AZURE_CLIENT_ID, AZURE_CLIENT_SECRET)';

/** Access tokens of an account. */
export interface Tokens {
  /** A token that is valid for minutes. Parallel calls share one request. @throws {ProviderError} never ambiguous */
  get(signal: AbortSignal): Promise<string>;
  /** Forgets a token that was refused. @returns whether another one may do better */
  refuse(token: string): boolean;
  /** All secret values in use, to redact them from messages that may quote them. */
  secrets(): readonly string[];
}

export interface TokensOptions {
  readonly settings: Settings;
  readonly env: Environment;
  readonly rest: RestCalls;
  /** For the services of the machine, which no proxy leads to. */
  readonly local: RestCalls;
  readonly retry: RetryDependencies;
}

/** An identity that is proven to Entra ID, which a managed one is not. */
type Application = Exclude<Identity, { readonly by: 'managed_identity' }>;

interface Token {
  readonly value: Secret<string>;
  /** By the monotonic clock. */
  readonly begun: number;
  readonly lifetimeMs: number;
}

export function tokens({ settings, env, rest, local, retry }: TokensOptions): Tokens {
  const { clock } = retry;
  const given = secret(secretsOf(settings, env));
  let seen: readonly Secret<string>[] = [];
  let token: Token | undefined;
  let pending: Promise<Token> | undefined;
  const remember = (text: string): string => {
    seen = [secret(text), ...seen].slice(0, REMEMBERED);
    return text;
  };
  const secrets = (): readonly string[] => [...given.reveal(), ...seen.map((each) => each.reveal())];
  const leftMs = ({ begun, lifetimeMs }: Token): number => begun + lifetimeMs - clock.monotonic();

  const fetch = async (): Promise<Token> => {
    // Ends by the deadlines of its requests, whoever waits for it.
    const { signal } = new AbortController();
    const begun = clock.monotonic();
    const isLocal = settings.identity.by === 'managed_identity';
    const repeat = retryWithin(isLocal ? LOCAL_MS : BUDGET_MS, retry, signal);
    const { answer, service } = await repeat(isLocal ? LOCAL : CONSISTENT, async () => {
      const { calls, request, service: asked } = await requestFor();
      const got = await calls.send({ ...request, secrets: secrets() }, signal).catch((error: unknown) => {
        throw error instanceof ProviderError
          ? failure(settings, error.reason, `${error.message}${isLocal ? NOTHING_ELSE : ''}`)
          : error;
      });
      if (got.status !== 200) throw errorWithoutSecrets(tokenFailure(settings.source, asked, got), secrets());
      return { answer: got, service: asked };
    });
    const { value, lifetimeMs } = readToken(settings, service, answer);
    remember(value);
    requireTenant(settings, value);
    return { value: secret(value), begun, lifetimeMs };
  };

  const requestFor = async (): Promise<{
    readonly calls: RestCalls;
    readonly request: Omit<RestRequest, 'secrets'>;
    readonly service: string;
  }> => {
    const { identity, authority, tenantId, vault } = settings;
    if (identity.by === 'managed_identity') {
      const found = identityRequest(env, vault.audience, identity.clientId);
      if (typeof found === 'string') throw failure(settings, 'unauthenticated', found);
      const { url, headers, service } = found;
      return { calls: local, request: { call: 'credentials', method: 'GET', url, headers }, service };
    }
    const url = new URL(`/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`, authority);
    const proof = await proofOf(identity, url.href);
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: identity.clientId,
      scope: `${vault.audience}/.default`,
      ...proof,
    });
    return { calls: rest, request: { call: 'credentials', method: 'POST', url, body }, service: url.host };
  };

  const proofOf = async (identity: Application, audience: string): Promise<Readonly<Record<string, string>>> => {
    if (identity.by === 'client_secret') return { client_secret: identity.clientSecret.reveal() };
    const assertion =
      identity.by === 'workload_identity'
        ? (await readSecretFile('AZURE_FEDERATED_TOKEN_FILE', identity.file)).trim()
        : await certificateAssertion(identity, audience);
    return { client_assertion: remember(assertion), client_assertion_type: ASSERTION_TYPE };
  };

  const certificateAssertion = async (
    { pem, file, password, clientId }: Extract<Application, { readonly by: 'client_certificate' }>,
    audience: string,
  ): Promise<string> => {
    const text = pem?.reveal() ?? (await readSecretFile('AZURE_CLIENT_CERTIFICATE_PATH', file));
    try {
      return clientAssertion(text, password, clientId, audience, clock.now());
    } catch (error) {
      if (!(error instanceof UnusableCertificate)) throw error;
      const name = pem ? 'client_certificate' : 'the file of AZURE_CLIENT_CERTIFICATE_PATH';
      throw failure(settings, 'unauthenticated', `${name} cannot be used: ${error.message}`);
    }
  };

  const readSecretFile = async (variable: string, file: string): Promise<string> => {
    try {
      return await readServerFile(file, LONGEST_FILE);
    } catch (error) {
      if (!(error instanceof UnusableFile)) throw error;
      throw failure(settings, 'unauthenticated', `the file that ${variable} names cannot be read (${error.code})`);
    }
  };

  return {
    secrets,
    refuse(value) {
      if (token?.value.reveal() !== value) return true;
      // One that is as new as can be is not made better by another.
      const isNew = clock.monotonic() - token.begun < LAST_MS;
      if (!isNew) token = undefined;
      return !isNew;
    },
    async get(signal) {
      const kept = token;
      if (kept && leftMs(kept) > Math.min(MARGIN_MS, kept.lifetimeMs / 2)) return kept.value.reveal();
      pending ??= fetch().finally(() => {
        pending = undefined;
      });
      try {
        const fresh = await unlessAborted(pending, signal);
        token = fresh;
        return fresh.value.reveal();
      } catch (error) {
        if (signal.aborted) throw failure(settings, 'timeout', 'cancelled');
        if (kept && leftMs(kept) > LAST_MS) return kept.value.reveal();
        throw error;
      }
    },
  };
}

function failure({ source }: Settings, reason: ProviderError['reason'], text: string): ProviderError {
  return new ProviderError(reason, `no credentials from ${source}: ${text}`, { call: 'credentials' });
}

function readToken(
  settings: Settings,
  service: string,
  { json }: RestAnswer,
): { readonly value: string; readonly lifetimeMs: number } {
  const { access_token: value, expires_in: seconds } = (json ?? {}) as Readonly<Record<string, unknown>>;
  // App Service and IMDS give it as a string.
  const lifetime = Number(seconds);
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(value) || !(lifetime > 0)) {
    throw failure(settings, 'unavailable', `the answer of ${service} cannot be read`);
  }
  return { value, lifetimeMs: Math.min(lifetime, 86_400) * 1_000 };
}

/** A managed identity belongs to the tenant of its machine, which need not be the one that was asked for. */
function requireTenant(settings: Settings, token: string): void {
  const { tenantId, identity } = settings;
  const tid = tenantOf(token);
  if (tid === undefined || !isGuid(tenantId) || tid.toLowerCase() === tenantId.toLowerCase()) return;
  const whose = identity.by === 'managed_identity' ? 'the managed identity' : 'the token';
  throw failure(
    settings,
    'unauthenticated',
    `${whose} is of tenant ${tid}, not of tenant_id ${tenantId}: correct tenant_id`,
  );
}

/** The tenant that a token says it is of. Nothing is trusted because of it: the vault verifies tokens. */
function tenantOf(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { tid } = (claims ?? {}) as { readonly tid?: unknown };
    return typeof tid === 'string' && isGuid(tid) ? tid : undefined;
  } catch {
    return undefined;
  }
}

function secretsOf({ identity }: Settings, env: Environment): readonly string[] {
  const own =
    identity.by === 'client_secret'
      ? [identity.clientSecret.reveal()]
      : identity.by === 'client_certificate'
        ? [identity.pem?.reveal() ?? '', identity.password?.reveal() ?? '']
        : [];
  const variables = ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PASSWORD', 'IDENTITY_HEADER'];
  return [...own, ...variables.map((name) => env[name] ?? '')].filter((each) => each !== '');
}
