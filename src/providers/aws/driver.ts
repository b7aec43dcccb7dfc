import type { KmsDriver } from '../port.ts';
import { outboundOf, type Outbound } from '../../support/outbound/outbound.ts';
import { validateConfig } from './validate-config.ts';
import { calls } from './calls.ts';
import { checkDistribution } from './check-distribution.ts';
import { awsClient, CONSISTENCY_WINDOW_MS } from './client.ts';
import { planAws } from './plan.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { CA_VARIABLE, endpointOf } from './endpoint.ts';
import type { RetryDependencies } from '../http/retry.ts';
import { CREDENTIAL_NAMES, takeCredentials } from './take-credentials.ts';

export interface AwsDriverOptions {
  readonly env: Environment;
  /** What other clouds share; AWS_CA_BUNDLE, where it is set, goes before it. @default as the environment says */
  readonly outbound?: Outbound;
  readonly retry: RetryDependencies;
  /** One request may take this long, and its answer be silent for this long. @default 10_000 */
  readonly requestTimeoutMs?: number;
}

/** AWS KMS: provider `awskms`. */
export function awsDriver({ env, outbound: shared, retry, requestTimeoutMs = 10_000 }: AwsDriverOptions): KmsDriver {
  const outbound = shared && !env[CA_VARIABLE] ? shared : outboundOf(env, CA_VARIABLE);
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
    consistencyWindowMs: CONSISTENCY_WINDOW_MS,
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
