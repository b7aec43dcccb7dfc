import { awsDriver } from '../../../src/providers/aws/driver.ts';
import { secret } from '../../../src/support/secret.ts';
import type { KmsUnderTest } from '../../aws-kms/contract.ts';
import { allowing } from '../../support/allowing.ts';
import { clockOf } from '../../support/clock.ts';
import type { CloudUnderTest, Shape } from '../contract/cloud.ts';
import type { Absent } from '../contract.ts';
import { startFaultProxy, type Dialect } from '../fault-proxy.ts';
import { REGION } from './harness.ts';
import { awsOutside } from './outside.ts';

/** Nothing listens on this port. */
const NOWHERE = 'http://127.0.0.1:1';
const IMPATIENT_MS = 100;

const refusal = (type: string): Dialect['refusals']['forbidden'] => ({
  status: 400,
  body: { __type: type, message: 'injected' },
});

const DIALECT: Dialect = {
  operationOf: ({ headers }) => String(headers['x-amz-target']).replace('TrentService.', ''),
  requests: {
    create: ['CreateKey'],
    import: ['ImportKeyMaterial'],
    enable: ['EnableKey'],
    disable: ['DisableKey'],
    set_current: ['CreateAlias', 'UpdateAlias'],
    remove_name: ['DeleteAlias'],
    remove: ['ScheduleKeyDeletion'],
  },
  refusals: {
    forbidden: refusal('AccessDeniedException'),
    throttled: refusal('ThrottlingException'),
    unauthenticated: refusal('UnrecognizedClientException'),
  },
};

/** A KMS key for each version, and an alias. */
export const AWS_SHAPE: Shape = {
  traits: [
    ...(['empty versions', 'lost material', 'separate removal', 'movable name', 'free name'] as const),
    ...(['version labels', 'account', 'request ids', 'tried permissions'] as const),
  ],
  makes: 'created',
  steps: ['create', 'import', 'enable', 'disable', 'set_current', 'remove_name', 'remove'],
  looks: [],
  anew: [],
  finishes: [],
};

/** What AWS does not have. */
export const AWS_WITHOUT: Readonly<Record<'pending imports' | 'removal as a whole' | 'container', Absent>> = {
  'pending imports': {
    because: 'ImportKeyMaterial answers once the KMS key can be used',
    cases: ['a version whose import is pending is neither changed nor removed'],
  },
  'removal as a whole': {
    because: 'each version is a KMS key, which is deleted by itself',
    cases: [
      'removeObject of a version is refused, and changes nothing',
      'what holds the versions is observed as gone where somebody has deleted it, and its removal succeeds',
    ],
  },
  container: {
    because: 'nothing holds the KMS keys of a distribution',
    cases: [
      'a name that a stranger has is not used for what holds the versions',
      'what holds the versions carries the labels of the distribution',
    ],
  },
};

/** An AES key, whose material is the number of the version 32 times. */
export const AES_KEY: CloudUnderTest['key'] = {
  keyType: 'aes256-gcm96',
  purposes: ['decrypt', 'encrypt'],
  protection: 'hsm',
  material: (version) => Buffer.alloc(32, version),
};

/** The AWS adapter over any implementation of AWS KMS, with a proxy in between that makes requests fail. */
export async function awsUnderTest({ endpoint, credentials, stop }: KmsUnderTest): Promise<CloudUnderTest> {
  const proxy = await startFaultProxy(endpoint, DIALECT);
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
    key: AES_KEY,
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
    longestCallMs: 30_000,
    inject: (fault) => {
      proxy.inject(fault);
    },
    hold: (on) => proxy.hold(on),
    heal: () => proxy.heal(),
    requests: () => proxy.requests(),
    unknownId: () => '00000000-0000-4000-8000-000000000000',
    outside,
    async stop() {
      outside.close();
      await proxy.close();
      await stop();
    },
  };
}
