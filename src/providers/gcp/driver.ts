import { outboundOf, type Outbound } from '../../support/outbound/outbound.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import type { RetryDependencies } from '../http/retry.ts';
import type { KmsDriver } from '../port.ts';
import { calls } from './calls.ts';
import { checkDistribution } from './check-distribution.ts';
import { gcpClient } from './client.ts';
import { endpointOf } from './endpoint.ts';
import { planGcp } from './plan.ts';
import { CREDENTIAL_NAMES, takeCredentials } from './take-credentials.ts';
import { validateConfig } from './validate-config.ts';

export interface GcpDriverOptions {
  readonly env: Environment;
  /** What other clouds share. @default as the environment says */
  readonly outbound?: Outbound;
  readonly retry: RetryDependencies;
  /** For one request, in milliseconds. @default 10_000 */
  readonly requestTimeoutMs?: number;
}

/** Google Cloud KMS: provider `gcpckms`. */
export function gcpDriver({ env, outbound: shared, retry, requestTimeoutMs = 10_000 }: GcpDriverOptions): KmsDriver {
  const outbound = shared ?? outboundOf(env);
  return {
    kind: 'gcpckms',
    help: {
      title: 'Google Cloud KMS',
      keyCollection: 'a key ring',
      keyCollectionField: 'the resource name of a key ring, projects/<project>/locations/<location>/keyRings/<ring>',
      credentials: 'service_account_file, credentials_json, impersonate_service_account and endpoint',
      observing: 'cloudkms.cryptoKeyVersions.list',
      searching: 'cloudkms.cryptoKeys.list',
    },
    // Keys and versions are there at once (Cloud KMS, Consistency); a request that was given up may arrive later still.
    consistencyWindowMs: 20_000,
    lostAttempt: 'wait',
    plan: planGcp,
    credentialNames: CREDENTIAL_NAMES,
    takeCredentials,
    validateConfig: (config) => validateConfig(config, env),
    checkDistribution,
    endpointOf,
    connect: (config, watch) =>
      gcpClient(calls(config, { env, outbound, requestTimeoutMs, clock: retry.clock }), {
        ...retry,
        onRetry: watch?.retried,
      }),
  };
}
