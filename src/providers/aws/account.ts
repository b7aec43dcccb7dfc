import type * as Sdk from '@aws-sdk/client-kms';
import type { ProviderConfig } from '../port.ts';
import { quoted } from '../../support/quoted.ts';
import { hasOwnCredentials, type AccountCredentials } from './credentials.ts';
import { checkEndpoint, configuredEndpoint, type Environment } from './endpoint.ts';

const CONNECTION_TIMEOUT_MS = 5_000;
/** Firewalls forget idle connections, and CreateKey on such a one ends in doubt; so they are closed early. */
const IDLE_TIMEOUT_MS = 5_000;

/**
 * The SDK's settings for an account. The Region is always `key_collection`: the SDK must not find another one.
 *
 * @param credentials - asked for when a request is signed, so that the settings hold no secret
 */
export function clientConfig(
  config: ProviderConfig,
  env: Environment,
  requestTimeoutMs: number,
  credentials: AccountCredentials['provide'],
): Sdk.KMSClientConfig {
  const { url } = configuredEndpoint(config, env);
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
    credentials,
  };
}

/** Says what is wrong with an account's configuration (field and remedy), or nothing. */
export function checkAccount(config: ProviderConfig, env: Environment): string | undefined {
  return checkRegion(config.keyCollection) ?? checkCredentials(config) ?? checkTrust(config, env);
}

/** Says why keys and credentials may not go where an account asks for, or nothing: {@link checkEndpoint}. */
export function checkTrust(config: ProviderConfig, env: Environment): string | undefined {
  return checkEndpoint(config, env, hasOwnCredentials(config));
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
