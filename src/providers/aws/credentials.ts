import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import type { ProviderConfig } from '../port.ts';
import type { WallClock } from '../../support/clock.ts';
import { secret, type Secret } from '../../support/secret.ts';
import { ambientSources, type Source } from './ambient-sources.ts';
import { credentialFailure } from './credential-failure.ts';
import type { Environment } from './endpoint.ts';
import type { RequestHandler } from './guarded-handler.ts';
import { secretsOf, type AwsIdentity } from './identity.ts';
import { watchedHandler, type CredentialRequest } from './watched-handler.ts';

/** What the SDK says when it asks for credentials. */
interface Caller {
  readonly callerClientConfig?: { readonly requestHandler: RequestHandler };
}

/** The credentials of an account, looked for when a request needs them. */
export interface AccountCredentials {
  /**
   * For the SDK, which keeps what it is given until it expires.
   *
   * @throws {ProviderError} that is never ambiguous, as no request to KMS has been sent
   */
  readonly provide: (caller?: Caller) => Promise<AwsIdentity>;
  /** Where they were found last, or looked for last. */
  source(): string;
  /** Whatever is known of them: texts of others may quote it. */
  secrets(): readonly string[];
}

/** What records hold beside credentials; those of earlier versions may have anything. */
const NO_SECRETS = new Set(['endpoint', 'region']);
/** Secrets of the environment, whether or not they are used. */
const SECRET_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
];
/** Requests and identities whose secrets are remembered: a text comes soon after what it quotes was used. */
const REMEMBERED = 8;

/** @param timeoutMs - looking for them may take this long; what goes on is waited for when they are asked for again */
export function accountCredentials(
  config: ProviderConfig,
  env: Environment,
  timeoutMs: number,
  clock: WallClock,
): AccountCredentials {
  const configured = configuredIdentity(config);
  const given = secret([
    ...Object.entries(config.credentials).flatMap(([name, value]) => (NO_SECRETS.has(name) ? [] : value.reveal())),
    ...SECRET_VARIABLES.flatMap((name) => env[name] ?? []),
  ]);
  let seen: readonly Secret<readonly string[]>[] = [];
  const remember = (texts: readonly string[]): void => {
    seen = [secret(texts), ...seen].slice(0, REMEMBERED);
  };
  let source = configured ? 'configuration' : 'none';
  let sources: readonly Source[] | undefined;
  let asked: CredentialRequest | undefined;
  let pending: Promise<AwsIdentity> | undefined;
  let last: Secret<AwsIdentity> | undefined;

  const look = async (requestHandler: RequestHandler): Promise<AwsIdentity> => {
    const watched = watchedHandler(requestHandler, (request) => {
      asked = request;
      remember(request.secrets);
    });
    sources ??= ambientSources(env, config.keyCollection, watched);
    for (const { name, find } of sources) {
      source = name;
      asked = undefined;
      const identity = await find().catch((error: unknown) => {
        throw credentialFailure(name, error, asked?.endpoint);
      });
      if (identity === undefined) continue;
      remember(secretsOf(identity));
      refuseUnprintable(identity, name);
      last = secret(identity);
      return identity;
    }
    source = 'none';
    throw failure(
      'unauthenticated',
      'no credentials: none in the configuration (access_key, secret_key), the environment (AWS_ACCESS_KEY_ID, ' +
        'AWS_SECRET_ACCESS_KEY) and the shared files, and no role of a web identity, a container or an instance',
    );
  };

  return {
    source: () => source,
    secrets: () => [given, ...seen].flatMap((texts) => texts.reveal()),
    async provide({ callerClientConfig } = {}) {
      if (configured) return configured.reveal();
      if (!callerClientConfig) throw new Error('credentials are asked for by no client');
      // A process or a service that does not end is asked once, however often it is waited for.
      pending ??= look(callerClientConfig.requestHandler).finally(() => {
        pending = undefined;
      });
      const late = (): ProviderError =>
        failure('timeout', `no credentials from ${source} in time${asked ? `: no answer from ${asked.endpoint}` : ''}`);
      try {
        return await within(timeoutMs, pending, late);
      } catch (error) {
        // The SDK asks minutes before they expire.
        const kept = last?.reveal();
        if (kept?.expiration && kept.expiration.getTime() > clock.now()) return kept;
        throw error;
      }
    },
  };
}

/** Whether an account has credentials in its configuration, so that it does not use the server's. */
export function hasOwnCredentials(config: ProviderConfig): boolean {
  return configuredIdentity(config) !== undefined;
}

function configuredIdentity({ credentials }: ProviderConfig): Secret<AwsIdentity> | undefined {
  const accessKeyId = credentials['access_key']?.reveal();
  const secretAccessKey = credentials['secret_key']?.reveal();
  const sessionToken = credentials['session_token']?.reveal();
  if (!accessKeyId || !secretAccessKey) return undefined;
  return secret({ accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) });
}

/** Node would refuse the header, or AWS the signature, without a word of the reason. */
function refuseUnprintable(identity: AwsIdentity, source: string): void {
  if (secretsOf(identity).every((text) => /^[\x21-\x7e]+$/.test(text))) return;
  throw failure(
    'unauthenticated',
    `no credentials from ${source}: one of them holds a character that none has (a space, a line break or another one ` +
      'that is not printable)',
  );
}

function failure(reason: ProviderErrorReason, text: string): ProviderError {
  return new ProviderError(reason, text, { call: 'credentials' });
}

async function within<T>(milliseconds: number, result: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(late());
    }, milliseconds);
  });
  try {
    return await Promise.race([result, deadline]);
  } finally {
    clearTimeout(timer);
    // Nobody may wait for it any more when it fails.
    result.catch(() => undefined);
  }
}
