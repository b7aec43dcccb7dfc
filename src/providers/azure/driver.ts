import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { outboundOf, type Outbound } from '../../support/outbound/outbound.ts';
import type { KmsDriver } from '../port.ts';
import type { RetryDependencies } from '../http/retry.ts';
import { calls } from './calls.ts';
import { checkDistribution } from './check-distribution.ts';
import { azureClient, CONSISTENCY_WINDOW_MS } from './client.ts';
import { originOf } from '../http/allow-list.ts';
import { planAzure } from './plan.ts';
import { checkTrust, destinationOf, settingsOf } from './settings.ts';
import { CREDENTIAL_LIST, CREDENTIAL_NAMES, takeCredentials } from './take-credentials.ts';

export interface AzureDriverOptions {
  readonly env: Environment;
  /** The way out that clouds share. @default that of `env`, of its own */
  readonly outbound?: Outbound;
  readonly retry: RetryDependencies;
  /** One request may take this long, with its answer. @default 10_000 */
  readonly requestTimeoutMs?: number;
}

/** Azure Key Vault and Managed HSM: provider `azurekeyvault`. */
export function azureDriver({
  env,
  outbound: shared,
  retry,
  requestTimeoutMs = 10_000,
}: AzureDriverOptions): KmsDriver {
  // Read once for all accounts: parsing the certificates takes longer than a request.
  const outbound = shared ?? outboundOf(env);
  return {
    kind: 'azurekeyvault',
    help: {
      title: 'Azure Key Vault',
      keyCollection: 'the name of a Key Vault',
      keyCollectionField: 'the name of a Key Vault, or the URL of a Key Vault or Managed HSM',
      credentials: CREDENTIAL_LIST,
      observing: 'keys/get',
      searching: 'keys/list',
    },
    consistencyWindowMs: CONSISTENCY_WINDOW_MS,
    // A version that was made is the newest of its key, so a second one would hide it.
    lostAttempt: 'wait',
    plan: planAzure,
    credentialNames: CREDENTIAL_NAMES,
    takeCredentials,
    validateConfig(config) {
      const settings = settingsOf(config, env);
      return typeof settings === 'string' ? settings : checkTrust(settings, env);
    },
    checkDistribution(spec, config) {
      const destination = config ? destinationOf(config, env) : '';
      return checkDistribution(spec, typeof destination !== 'string' && destination.vault.isManagedHsm);
    },
    endpointOf(config) {
      const destination = destinationOf(config, env);
      if (typeof destination === 'string') return 'invalid';
      const url = originOf(destination.endpoint);
      if (url === undefined) return 'invalid';
      return url.origin === destination.vault.url ? destination.cloud.name : url.origin;
    },
    connect: (config, watch) =>
      azureClient(calls(settingsOf(config, env), { env, outbound, requestTimeoutMs, retry }), {
        ...retry,
        onRetry: watch?.retried,
      }),
  };
}
