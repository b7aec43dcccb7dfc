import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import type { ProviderConfig } from '../port.ts';
import type { WallClock } from '../../support/clock.ts';
import { secret, type Secret } from '../../support/secret.ts';
import { ambientSources, type AwsIdentity, type Source } from './ambient-sources.ts';
import { credentialFailure } from './credential-failure.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import type { RequestHandler } from './guarded-handler.ts';
import { watchedHandler, type CredentialRequest } from './watched-handler.ts';

/** The arguments of the SDK when it requests credentials. */
interface Caller {
  readonly callerClientConfig?: { readonly requestHandler: RequestHandler };
}

/** The credentials of an account, resolved when a request needs them. */
export interface AccountCredentials {
  /**
   * Passed to the SDK, which caches the credentials until they expire.
   *
   * @throws {ProviderError} never ambiguous, because no request to KMS has been sent
   */
  readonly provide: (caller?: Caller) => Promise<AwsIdentity>;
  /** The source used last, or tried last. */
  source(): string;
  /** All secret values in use, to redact them from messages that may quote them. */
  secrets(): readonly string[];
}

/** Entries of `credentials` that are not secret. */
const NO_SECRETS = new Set(['endpoint', 'region']);
/** Environment variables that hold secrets, used or not. */
const SECRET_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
];
/** How many recent requests and identities are redacted: messages quote only recent ones. */
const REMEMBERED = 8;

/** @param timeoutMs - timeout of one resolution; one that is still running is awaited by the next call */
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
      if (!callerClientConfig) throw new Error('no client configuration');
      // A process or service that does not respond is started once, however many calls wait for it.
      pending ??= look(callerClientConfig.requestHandler).finally(() => {
        pending = undefined;
      });
      const late = (): ProviderError =>
        failure('timeout', `no credentials from ${source} in time${asked ? `: no answer from ${asked.endpoint}` : ''}`);
      try {
        return await within(timeoutMs, pending, late);
      } catch (error) {
        // The SDK refreshes credentials minutes before they expire.
        const kept = last?.reveal();
        if (kept?.expiration && kept.expiration.getTime() > clock.now()) return kept;
        throw error;
      }
    },
  };
}

/** Whether the configuration has its own credentials, so that the server's are not used. */
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

/** Node.js would reject the header, or AWS the signature, without giving the reason. */
function refuseUnprintable(identity: AwsIdentity, source: string): void {
  if (secretsOf(identity).every((text) => /^[\x21-\x7e]+$/.test(text))) return;
  throw failure(
    'unauthenticated',
    `no credentials from ${source}: one of them contains an invalid character (a space, a line break or another ` +
      'non-printable character)',
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
    // Handles the rejection if no call waits for it any more.
    result.catch(() => undefined);
  }
}

/** The values of an identity to redact. */
function secretsOf({ accessKeyId, secretAccessKey, sessionToken }: AwsIdentity): readonly string[] {
  return [accessKeyId, secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])];
}
