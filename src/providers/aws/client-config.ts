import type * as Sdk from '@aws-sdk/client-kms';
import type { ProviderConfig } from '../port.ts';
import type { AccountCredentials } from './credentials.ts';
import { configuredEndpoint, type Environment } from './endpoint.ts';

const CONNECTION_TIMEOUT_MS = 5_000;
/** Closes idle connections early: firewalls drop them, and a CreateKey on a dropped one has an unknown outcome. */
const IDLE_TIMEOUT_MS = 5_000;

/**
 * The SDK client configuration of an account. The Region is always `key_collection`; the SDK must not resolve another one.
 *
 * @param credentials - called when a request is signed, so that the configuration holds no secret
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
    // No retries by the SDK: it would repeat CreateKey after a timeout and leave an orphaned KMS key.
    maxAttempts: 1,
    requestHandler: {
      requestTimeout: requestTimeoutMs,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      // requestTimeout ends with the response headers; socketTimeout covers a stalled body.
      socketTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { timeout: IDLE_TIMEOUT_MS },
      httpsAgent: { timeout: IDLE_TIMEOUT_MS },
    },
    ...(url === undefined ? {} : { endpoint: url }),
    credentials,
  };
}
