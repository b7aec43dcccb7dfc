import type { Clock } from '../../support/clock.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import type { Outbound } from '../../support/outbound/outbound.ts';
import { secret, type Secret } from '../../support/secret.ts';
import { unlessAborted } from '../../support/unless-aborted.ts';
import { ProviderError } from '../errors.ts';
import { errorWithoutSecrets } from '../http/redact.ts';
import { restCalls } from '../http/rest-calls.ts';
import type { ProviderConfig } from '../port.ts';
import { credentialSources, ownContent } from './credential-source.ts';
import { checkSubjectUrl } from './endpoint.ts';
import { fetchToken } from './fetch-token.ts';
import { secretsOf, type GoogleCredentials } from './google-credentials.ts';
import { isTokenService } from './hosts.ts';
import type { FetchedToken } from './token-answer.ts';
import type { TokenContext } from './token-context.ts';
import { checkServices } from './validate-config.ts';

/** A token is not used any more for so long before it expires, as a request takes its time. */
const EARLY_MS = 60_000;
/** A metadata server is local. */
const METADATA_TIMEOUT_MS = 2_000;
const METADATA_HOST = 'metadata.google.internal';
/** How many recent secrets are kept out of texts: messages quote only recent ones. */
const REMEMBERED = 16;

/** A bearer token in use. */
export interface Token {
  readonly value: Secret<string>;
  /** The project whose quota requests count against, where the credentials say one. */
  readonly quotaProject: string | undefined;
  /** Whether it was fetched for this request. */
  readonly isNew: boolean;
}

/** The tokens of one account: one at a time, fetched once for all requests that wait for it. */
export interface Tokens {
  /** @throws {ProviderError} never ambiguous, because no request to Cloud KMS has been sent */
  get(signal: AbortSignal): Promise<Token>;
  /** Has the next request fetch another one. */
  forget(token: Token): void;
  /** The source used last, or tried last. */
  source(): string;
  /** As much of whose token it is as may be shown; empty where the credentials do not say. */
  identity(): string;
  /** All secrets in use, to keep them out of texts. */
  secrets(): readonly string[];
  close(): void;
}

export interface TokensOptions {
  readonly env: Environment;
  readonly outbound: Outbound;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
}

interface Held {
  readonly value: Secret<string>;
  readonly quotaProject: string | undefined;
  /** Of the monotonic clock. */
  readonly until: number;
}

export function tokens(config: ProviderConfig, { env, outbound, requestTimeoutMs, clock }: TokensOptions): Tokens {
  const impersonated = config.credentials['impersonate_service_account']?.reveal() || undefined;
  const metadataHost = env['GCE_METADATA_HOST'] || METADATA_HOST;
  let origins: readonly string[] = [];
  const services = restCalls({
    outbound,
    requestTimeoutMs,
    // Checked against the allow list before; nothing else is ever asked for.
    beforeSending: (url) =>
      isTokenService(url) || origins.includes(url.origin) ? undefined : `${url.host} is not asked for tokens`,
  });
  const local = restCalls({
    outbound: { ...outbound, route: () => ({ by: 'direct' }) },
    requestTimeoutMs: Math.min(METADATA_TIMEOUT_MS, requestTimeoutMs),
    beforeSending: (url) => (url.host === metadataHost ? undefined : checkSubjectUrl(url.href, env)),
  });
  let seen: readonly Secret<string>[] = [];
  const onSecret = (text: string): void => {
    seen = [secret(text), ...seen].slice(0, REMEMBERED);
  };
  const secrets = (): readonly string[] => seen.map((text) => text.reveal());
  const context: TokenContext = { services, local, clock, metadataHost, onSecret, secrets };
  let source = ownContent(config) ? 'configuration' : 'none';
  let identity = '';
  let held: Held | undefined;
  let pending: Promise<Held> | undefined;

  const fetch = async (): Promise<Held> => {
    const { credentials, isOwn } = await find();
    if (credentials !== 'metadata') {
      secretsOf(credentials).forEach(onSecret);
      const problem = checkServices(credentials, isOwn, env);
      if (problem !== undefined) throw new ProviderError('invalid_request', problem, { call: 'credentials' });
      origins = serviceUrls(credentials).map((url) => new URL(url).origin);
    }
    identity = impersonated ?? emailOf(credentials);
    const { signal } = new AbortController();
    const begun = clock.monotonic();
    const { token, lifetimeMs }: FetchedToken = await fetchToken(context, credentials, impersonated, signal);
    const quotaProject = credentials === 'metadata' ? undefined : credentials.quotaProject;
    return { value: secret(token), quotaProject, until: begun + lifetimeMs - EARLY_MS };
  };

  const find = async (): Promise<{ credentials: GoogleCredentials | 'metadata'; isOwn: boolean }> => {
    for (const each of credentialSources(config, env)) {
      source = each.name;
      const credentials = await each.read();
      if (credentials !== undefined) return { credentials, isOwn: each.isOwn };
    }
    throw new Error('the metadata server is always asked');
  };

  const failureIn = (error: unknown): unknown => {
    if (!(error instanceof ProviderError)) return error;
    const hint =
      source === 'metadata server' && error.reason !== 'unauthenticated'
        ? '; no other credentials: none in GOOGLE_CREDENTIALS, the configuration, GOOGLE_APPLICATION_CREDENTIALS and the file of gcloud'
        : '';
    const { reason, message, code } = error;
    const text = `no credentials from ${source}: ${message}${hint}`;
    const isMissing = hint !== '';
    const told = new ProviderError(isMissing ? 'unauthenticated' : reason, text, { call: 'credentials', code });
    return errorWithoutSecrets(told, secrets());
  };

  return {
    async get(signal) {
      if (held && held.until > clock.monotonic()) return { ...held, isNew: false };
      held = undefined;
      pending ??= fetch()
        .catch((error: unknown) => {
          throw failureIn(error);
        })
        .finally(() => {
          pending = undefined;
        });
      try {
        const fetched = await unlessAborted(pending, signal);
        held = fetched;
        return { ...fetched, isNew: true };
      } catch (error) {
        if (error instanceof ProviderError) throw error;
        if (signal.aborted) throw new ProviderError('timeout', 'cancelled', { call: 'credentials' });
        throw error;
      }
    },
    forget(token) {
      if (held?.value === token.value) held = undefined;
    },
    source: () => source,
    identity: () => identity,
    secrets,
    close() {
      services.close();
      local.close();
    },
  };
}

function emailOf(credentials: GoogleCredentials | 'metadata'): string {
  return credentials !== 'metadata' && credentials.type === 'service_account' ? credentials.email : '';
}

function serviceUrls(credentials: GoogleCredentials): readonly string[] {
  switch (credentials.type) {
    case 'service_account':
    case 'authorized_user':
      return [credentials.tokenUri];
    case 'impersonated_service_account':
      return [credentials.url, ...serviceUrls(credentials.source)];
    case 'external_account':
      return [
        credentials.tokenUrl,
        ...(credentials.impersonationUrl === undefined ? [] : [credentials.impersonationUrl]),
      ];
  }
}
