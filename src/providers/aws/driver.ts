import type { KmsDriver } from '../port.ts';
import { proxyRules } from '../../support/outbound/proxy-rules.ts';
import { trustedCertificates } from '../../support/outbound/trusted-certificates.ts';
import { validateConfig } from './validate-config.ts';
import { calls } from './calls.ts';
import { checkDistribution } from './check-distribution.ts';
import { awsClient } from './client.ts';
import { planAws } from './plan.ts';
import { endpointOf, type Environment } from './endpoint.ts';
import type { RetryDependencies } from './retry.ts';
import { CREDENTIAL_NAMES, takeCredentials } from './take-credentials.ts';

export interface AwsDriverOptions {
  readonly env: Environment;
  readonly retry: RetryDependencies;
  /** One request may take this long, and its answer be silent for this long. @default 10_000 */
  readonly requestTimeoutMs?: number;
}

/** AWS KMS: provider `awskms`. */
export function awsDriver({ env, retry, requestTimeoutMs = 10_000 }: AwsDriverOptions): KmsDriver {
  // Read once for all accounts: parsing the certificates takes longer than a request.
  const outbound = { route: proxyRules(env), secureContext: trustedCertificates(env, 'AWS_CA_BUNDLE') };
  return {
    kind: 'awskms',
    help: {
      title: 'AWS KMS',
      keyCollection: 'a region',
      keyCollectionField: 'the Region',
      credentials: 'access_key, secret_key, session_token and endpoint',
      observing: 'kms:DescribeKey',
      searching: 'kms:ListKeys and kms:ListResourceTags',
    },
    // "In some cases several minutes" (AWS KMS Developer Guide, Programming eventual consistency).
    consistencyWindowMs: 5 * 60_000,
    lostAttempt: 'go_on',
    plan: planAws,
    credentialNames: CREDENTIAL_NAMES,
    takeCredentials,
    validateConfig: (config) => validateConfig(config, env),
    checkDistribution,
    endpointOf: (config) => endpointOf(config, env),
    connect: (config, watch) =>
      awsClient(calls(config, { env, requestTimeoutMs, outbound, clock: retry.clock }), config.keyCollection, {
        ...retry,
        onRetry: watch?.retried,
      }),
  };
}
