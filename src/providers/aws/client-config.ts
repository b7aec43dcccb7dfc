import type * as Sdk from '@aws-sdk/client-kms';
import type { ProviderConfig } from '../port.ts';
import type { AccountCredentials } from './credentials.ts';
import { configuredEndpoint, type Environment } from './endpoint.ts';

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
