import type * as Sdk from '@aws-sdk/client-kms';
import { secret, type Secret } from '../../support/secret.ts';
import type { ProviderConfig } from '../port.ts';
import { quoted } from '../../support/quoted.ts';
import { checkEndpoint, configuredEndpoint, type Environment } from './endpoint.ts';

/** What the SDK signs requests with. */
interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const CONNECTION_TIMEOUT_MS = 5_000;
/** Firewalls forget idle connections, and CreateKey on such a one ends in doubt; so they are closed early. */
const IDLE_TIMEOUT_MS = 5_000;

/**
 * The SDK's settings for an account. Precedence of credentials as Vault documents it: the configuration, then the
 * environment, the shared credentials file, and the role of the instance or container (the last three are the SDK's
 * default chain). The Region is always `key_collection`: the SDK must not find another one.
 */
export function clientConfig(config: ProviderConfig, env: Environment, requestTimeoutMs: number): Sdk.KMSClientConfig {
  const { url } = configuredEndpoint(config, env);
  const identity = configuredIdentity(config);
  return {
    region: config.keyCollection,
    // Retrying is ours: the SDK would repeat CreateKey after a time-out and leave a CMK behind.
    maxAttempts: 1,
    requestHandler: {
      requestTimeout: requestTimeoutMs,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      // The request's time-out ends with the answer's head; this one sees a body that stalls.
      socketTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { timeout: IDLE_TIMEOUT_MS },
      httpsAgent: { timeout: IDLE_TIMEOUT_MS },
    },
    ...(url === undefined ? {} : { endpoint: url }),
    // Asked for when a request is signed, so that the settings hold no secret.
    ...(identity && { credentials: async () => identity.reveal() }),
  };
}

function configuredIdentity(config: ProviderConfig): Secret<AwsIdentity> | undefined {
  const accessKeyId = credential(config, 'access_key');
  const secretAccessKey = credential(config, 'secret_key');
  const sessionToken = credential(config, 'session_token');
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return secret({ accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) });
}

/** Where an account's credentials come from, with the access key's last four characters where they are known. */
export function credentialsSource(config: ProviderConfig, env: Environment): { source: string; id: string } {
  const configured = credential(config, 'access_key');
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

/** Says what is wrong with an account's configuration (field and remedy), or nothing. */
export function checkAccount(config: ProviderConfig, env: Environment): string | undefined {
  return checkRegion(config.keyCollection) ?? checkCredentials(config) ?? checkTrust(config, env);
}

/** Says why keys and credentials may not go where an account asks for, or nothing: {@link checkEndpoint}. */
export function checkTrust(config: ProviderConfig, env: Environment): string | undefined {
  return checkEndpoint(config, env, configuredIdentity(config) !== undefined);
}

function checkRegion(region: string): string | undefined {
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(region)) {
    return `key_collection ${quoted(region)} is not an AWS region: use the region's name, us-west-1 for example`;
  }
  // AWS KMS API Reference, CreateKey: there, SYMMETRIC_DEFAULT is a 128-bit key for SM4.
  if (region.startsWith('cn-')) {
    return `key_collection ${quoted(region)} is in AWS China, where KMS takes 128-bit SM4 keys only: use a region elsewhere`;
  }
  return undefined;
}

function checkCredentials(config: ProviderConfig): string | undefined {
  const has = (name: string): boolean => credential(config, name) !== undefined;
  if (has('access_key') && !has('secret_key')) {
    return 'credentials holds access_key without secret_key: give both, or neither to use the environment';
  }
  if (has('secret_key') && !has('access_key')) {
    return 'credentials holds secret_key without access_key: give both, or neither to use the environment';
  }
  if (has('session_token') && !has('access_key')) {
    return 'credentials holds session_token without access_key and secret_key: give all three';
  }
  return undefined;
}

/** A credential of the configuration. Forms send an empty text for what was left out. */
function credential({ credentials }: ProviderConfig, name: string): string | undefined {
  return credentials[name]?.reveal() || undefined;
}
