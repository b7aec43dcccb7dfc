import { awsDriver } from '../../../src/providers/aws/driver.ts';
import { secret } from '../../../src/support/secret.ts';
import type { KmsUnderTest } from '../../aws-kms/contract.ts';
import { allowing } from '../../support/allowing.ts';
import { clockOf } from '../../support/clock.ts';
import type { CloudUnderTest } from '../contract/cloud.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { REGION } from './harness.ts';
import { awsOutside } from './outside.ts';

/** Nothing listens on this port. */
const NOWHERE = 'http://127.0.0.1:1';
const IMPATIENT_MS = 100;

/** The AWS adapter over any implementation of AWS KMS, with a proxy in between that makes requests fail. */
export async function awsUnderTest({ endpoint, credentials, stop }: KmsUnderTest): Promise<CloudUnderTest> {
  const proxy = await startFaultProxy(endpoint);
  const { url } = proxy;
  const outside = awsOutside(endpoint, credentials);
  let now = Date.now();
  const options = {
    env: allowing(url, NOWHERE),
    retry: {
      clock: clockOf(() => now),
      random: () => 0.5,
      wait: async (milliseconds: number) => void (now += milliseconds),
    },
  };
  const patient = awsDriver(options);
  const impatient = awsDriver({ ...options, requestTimeoutMs: IMPATIENT_MS });
  return {
    driver: patient,
    open: (how) =>
      (how === 'impatient' ? impatient : patient).connect({
        keyCollection: REGION,
        credentials: {
          access_key: secret(credentials.accessKeyId),
          secret_key: secret(credentials.secretAccessKey),
          endpoint: secret(how === 'unreachable' ? NOWHERE : url),
        },
      }),
    // A budget of 45 s of the clock that only waiting moves, with waits of up to 4 s between requests.
    longestCallMs: 8_000,
    inject: (fault) => {
      proxy.inject(fault);
    },
    hold: (on) => proxy.hold(on),
    heal: () => {
      proxy.heal();
    },
    requests: () => proxy.requests(),
    unknownId: '00000000-0000-4000-8000-000000000000',
    outside,
    async stop() {
      outside.close();
      await proxy.close();
      await stop();
    },
  };
}
