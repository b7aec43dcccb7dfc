import { ProviderError } from '../errors.ts';
import { quoted } from '../../support/quoted.ts';
import type { Environment } from './endpoint.ts';
import type { RequestHandler } from './guarded-handler.ts';
import type { AwsIdentity } from './identity.ts';
import { metadataFailure } from './metadata-failure.ts';

/** A place where the server may have credentials of its own. */
export interface Source {
  /** For `check` and error texts. */
  readonly name: string;
  /** The credentials there; undefined where the server does not have this place. */
  readonly find: () => Promise<AwsIdentity | undefined>;
}

/** How long the metadata services of this very machine may take. */
const METADATA_TIMEOUT_MS = 1_000;
/** The SDK prints what it fails with, which may be the answer of a metadata service. */
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * The places in Vault's order: environment, shared files, and the roles of a web identity, a container and an instance.
 * Not the SDK's own chain, in which `AWS_PROFILE` overrules the environment and a place that is set up but broken hands
 * over to the next one, of another account perhaps. The SDK reads variables that are not asked for here from the
 * process, which is where `env` comes from.
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
          // The SDK's word for a profile that is missing or empty; what it says of a role's source names that one.
          if (!String(error).includes(`Could not resolve credentials using profile: [${profile}]`)) throw error;
          if (!env['AWS_PROFILE']) return undefined;
          throw refusal('it is not there, or holds no credentials: mend it, or unset AWS_PROFILE, which names it');
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
    // Kept, as it goes on with the last credentials while the service is silent.
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
