import type * as Sdk from '@aws-sdk/client-kms';
import type { ProviderConfig } from '../port.ts';
import { outboundAgents } from '../../support/outbound/agents.ts';
import type { Outbound } from '../../support/outbound/outbound.ts';
import type { AccountCredentials } from './credentials.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { configuredEndpoint } from './endpoint.ts';

const CONNECTION_TIMEOUT_MS = 5_000;
/** Ends before the connection's timeout and before that of the request, so that the failure is the proxy's. */
const PROXY_TIMEOUT_MS = 4_000;
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
  outbound: Outbound,
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
      ...outboundAgents({
        ...outbound,
        idleTimeoutMs: IDLE_TIMEOUT_MS,
        proxyTimeoutMs: Math.min(PROXY_TIMEOUT_MS, requestTimeoutMs / 2),
      }),
    },
    ...(url === undefined ? {} : { endpoint: url }),
    credentials,
  };
}
