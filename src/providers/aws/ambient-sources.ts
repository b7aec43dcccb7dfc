import { ProviderError } from '../errors.ts';
import { quoted } from '../../support/quoted.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import type { RequestHandler } from './guarded-handler.ts';
import { metadataFailure } from './metadata-failure.ts';

/** Credentials that requests are signed with. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Of temporary credentials, which are refreshed before. */
  readonly expiration?: Date;
}

/** A source of the server's own credentials. */
export interface Source {
  /** Shown by `check` and in error messages. */
  readonly name: string;
  /** Reads the credentials; undefined if this source is not configured. */
  readonly find: () => Promise<AwsIdentity | undefined>;
}

/** Timeout of the metadata services, which are local. */
const METADATA_TIMEOUT_MS = 1_000;
/** Discards the SDK's log, which may quote responses of a metadata service. */
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * The credential sources in Vault's order: environment, shared files, web identity role, container role, instance role.
 * The SDK's default chain is not used: there, `AWS_PROFILE` takes precedence over the environment, and a source that is
 * configured but fails is skipped for the next one, which may belong to another account. The SDK reads any further
 * variables from the process environment, which is what `env` holds.
 *
 * @param requestHandler - for the requests to STS and IAM Identity Center
 */
export function ambientSources(env: Environment, region: string, requestHandler: RequestHandler): readonly Source[] {
  const profile = env['AWS_PROFILE'] || 'default';
  const parentClientConfig = { region, requestHandler };
  const shared = {
    profile,
    ignoreCache: true,
    parentClientConfig,
    ...optional('filepath', env['AWS_SHARED_CREDENTIALS_FILE']),
    ...optional('configFilepath', env['AWS_CONFIG_FILE']),
  };
  return [
    { name: 'environment', find: async () => fromEnvironment(env) },
    {
      name: `profile ${quoted(profile)} of the shared files`,
      find: async () => {
        const { fromIni } = await import('@aws-sdk/credential-provider-ini');
        try {
          return await fromIni(shared)();
        } catch (error) {
          // The SDK's message for a missing or empty profile. For the source profile of a role it names that profile.
          if (!String(error).includes(`Could not resolve credentials using profile: [${profile}]`)) throw error;
          if (!env['AWS_PROFILE']) return undefined;
          throw refusal('the profile is missing or has no credentials: correct it, or unset AWS_PROFILE');
        }
      },
    },
    { name: 'web identity', find: () => fromWebIdentity(env, parentClientConfig) },
    { name: 'container role', find: () => fromContainer(env) },
    { name: 'instance role', find: instanceRole(env) },
  ];
}

function fromEnvironment(env: Environment): AwsIdentity | undefined {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'] || undefined;
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'] || undefined;
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined) throw refusal('AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID: set both');
  if (secretAccessKey === undefined) throw refusal('AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY: set both');
  return { accessKeyId, secretAccessKey, ...optional('sessionToken', env['AWS_SESSION_TOKEN']) };
}

async function fromWebIdentity(
  env: Environment,
  parentClientConfig: Record<string, unknown>,
): Promise<AwsIdentity | undefined> {
  const webIdentityTokenFile = env['AWS_WEB_IDENTITY_TOKEN_FILE'];
  if (!webIdentityTokenFile) return undefined;
  const roleArn = env['AWS_ROLE_ARN'];
  if (!roleArn) throw refusal('AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN: set both');
  const { fromTokenFile } = await import('@aws-sdk/credential-provider-web-identity');
  return fromTokenFile({
    webIdentityTokenFile,
    roleArn,
    parentClientConfig,
    ...optional('roleSessionName', env['AWS_ROLE_SESSION_NAME']),
  })();
}

async function fromContainer(env: Environment): Promise<AwsIdentity | undefined> {
  const relative = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const full = env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (!relative && !full) return undefined;
  const { fromHttp } = await import('@aws-sdk/credential-provider-http');
  try {
    return await fromHttp({
      timeout: METADATA_TIMEOUT_MS,
      maxRetries: 1,
      logger: quiet,
      ...optional('awsContainerCredentialsRelativeUri', relative),
      ...optional('awsContainerCredentialsFullUri', full),
      ...optional('awsContainerAuthorizationToken', env['AWS_CONTAINER_AUTHORIZATION_TOKEN']),
      ...optional('awsContainerAuthorizationTokenFile', env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE']),
    })();
  } catch (error) {
    throw metadataFailure("the container's credentials service", error);
  }
}

function instanceRole(env: Environment): Source['find'] {
  let provider: (() => Promise<AwsIdentity>) | undefined;
  const disabled = env['AWS_EC2_METADATA_DISABLED'];
  return async () => {
    if (disabled && disabled !== 'false') return undefined;
    const { fromInstanceMetadata } = await import('@smithy/credential-provider-imds');
    // One provider for all calls, because it keeps using its last credentials while the service does not respond.
    provider ??= fromInstanceMetadata({ timeout: METADATA_TIMEOUT_MS, maxRetries: 1, logger: quiet });
    try {
      return await provider();
    } catch (error) {
      throw metadataFailure('the instance metadata service (IMDS)', error);
    }
  };
}

function refusal(text: string): ProviderError {
  return new ProviderError('unauthenticated', text, { call: 'credentials' });
}

function optional<K extends string>(name: K, value: string | undefined): { [name in K]?: string } {
  return value ? ({ [name]: value } as { [name in K]: string }) : {};
}
