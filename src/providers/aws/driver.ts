import type { KmsDriver } from '../port.ts';
import { checkAccount, credentialsSource, type Environment } from './account.ts';
import { calls } from './calls.ts';
import { checkDistribution } from './check-distribution.ts';
import { awsClient } from './client.ts';
import type { RetryDependencies } from './retry.ts';

export interface AwsDriverOptions {
  readonly env: Environment;
  readonly retry: RetryDependencies;
}

/** AWS KMS: provider `awskms`. */
export function awsDriver({ env, retry }: AwsDriverOptions): KmsDriver {
  return {
    kind: 'awskms',
    checkConfig: checkAccount,
    checkDistribution,
    connect: (config) => awsClient(calls(config, env), credentialsSource(config, env), retry),
  };
}
