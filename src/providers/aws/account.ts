import type * as Sdk from '@aws-sdk/client-kms';
import type { ProviderConfig } from '../port.ts';

/** Environment variables, as `process.env` gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One HTTP request may take this long; the retries of a call have a budget of their own. */
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTION_TIMEOUT_MS = 5_000;

/**
 * The SDK's settings for an account. Precedence of credentials as Vault documents it: the configuration, then the
 * environment, the shared credentials file, and the role of the instance or container (the last three are the SDK's
 * default chain). The Region is always `key_collection`: the SDK must not find another one.
 */
export function clientConfig({ keyCollection, credentials }: ProviderConfig, env: Environment): Sdk.KMSClientConfig {
  const accessKeyId = credentials['access_key']?.reveal();
  const secretAccessKey = credentials['secret_key']?.reveal();
  const sessionToken = credentials['session_token']?.reveal();
  const endpoint = credentials['endpoint']?.reveal() ?? env['AWS_KMS_ENDPOINT'];
  return {
    region: keyCollection,
    // Retrying is ours: the SDK would repeat CreateKey after a time-out and leave a CMK behind.
    maxAttempts: 1,
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: {
            accessKeyId,
            secretAccessKey,
            ...(sessionToken === undefined ? {} : { sessionToken }),
          },
        }),
  };
}

/** Where an account's credentials come from, with the access key's last four characters where they are known. */
export function credentialsSource({ credentials }: ProviderConfig, env: Environment): { source: string; id: string } {
  const configured = credentials['access_key']?.reveal();
  if (configured !== undefined) return { source: 'configuration', id: shortened(configured) };
  const fromEnvironment = env['AWS_ACCESS_KEY_ID'];
  if (fromEnvironment !== undefined && env['AWS_PROFILE'] === undefined) {
    return { source: 'environment', id: shortened(fromEnvironment) };
  }
  return { source: 'shared credentials file or role', id: '' };
}

function shortened(accessKeyId: string): string {
  return `…${accessKeyId.slice(-4)}`;
}

/** Host that an account talks to, for error texts. */
export function endpointName({ keyCollection, credentials }: ProviderConfig, env: Environment): string {
  const endpoint = credentials['endpoint']?.reveal() ?? env['AWS_KMS_ENDPOINT'];
  return endpoint === undefined ? `kms.${keyCollection}` : new URL(endpoint).host;
}

/** Says what is wrong with an account's configuration (field and remedy), or nothing. */
export function checkAccount({ keyCollection, credentials }: ProviderConfig): string | undefined {
  if (!/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/.test(keyCollection)) {
    return `key_collection "${keyCollection}" is not an AWS region: use the region's name, us-west-1 for example`;
  }
  const has = (name: string): boolean => credentials[name] !== undefined;
  if (has('access_key') && !has('secret_key')) {
    return 'credentials holds access_key without secret_key: give both, or neither to use the environment';
  }
  if (has('secret_key') && !has('access_key')) {
    return 'credentials holds secret_key without access_key: give both, or neither to use the environment';
  }
  if (has('session_token') && !has('access_key')) {
    return 'credentials holds session_token without access_key and secret_key: give all three';
  }
  const endpoint = credentials['endpoint']?.reveal();
  if (endpoint !== undefined && !isHttpUrl(endpoint)) {
    return 'credentials holds an endpoint that is not a URL: use https://host or http://host:port';
  }
  return undefined;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
