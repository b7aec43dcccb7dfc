import { inspect } from 'node:util';
import { KMSClient } from '@aws-sdk/client-kms';
import { onTestFinished } from 'vitest';
import { startKms, type Kms, type KmsOptions } from '../../../dev/aws-kms/kms.ts';
import { wrappingKeyRing } from '../../../dev/fake-cloud/wrapping-keys.ts';
import { knownSecrets, refuseLeaks } from '../../../dev/secrecy/known-secrets.ts';
import { awsDriver } from '../../../src/providers/aws/driver.ts';
import { ProviderError } from '../../../src/providers/errors.ts';
import type { KmsClient } from '../../../src/providers/port.ts';
import { secret } from '../../../src/support/secret.ts';
import { allowing } from '../../support/allowing.ts';
import { clockOf } from '../../support/clock.ts';
import { createdId, importMaterial } from '../calls.ts';

export const REGION = 'eu-west-2';
export const ACCESS_KEY = { accessKeyId: 'AKIA0ADAPTERTEST', secretAccessKey: 'adapter-test-secret' };

const wrappingKeys = wrappingKeyRing();

/** An embedded KMS and the adapter's client of it, on a clock that only waiting moves. */
export interface Bench {
  readonly kms: Kms;
  readonly client: KmsClient;
  readonly signal: AbortSignal;
  /** Milliseconds that the adapter has waited so far. */
  waited(): number;
  /** Moves the adapter's clock. */
  advance(milliseconds: number): void;
  close(): Promise<void>;
}

export interface BenchOptions extends Omit<KmsOptions, 'accessKeys'> {
  readonly allow?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly credentials?: Readonly<Record<string, string>>;
  readonly sessionToken?: string;
  readonly requestTimeoutMs?: number;
}

export async function newBench(options: BenchOptions = {}): Promise<Bench> {
  const { allow, env = {}, credentials, sessionToken, requestTimeoutMs, ...kmsOptions } = options;
  const user = { ...ACCESS_KEY, ...(allow && { allow }), ...(sessionToken !== undefined && { sessionToken }) };
  const kms = await startKms({ ...kmsOptions, accessKeys: [user], wrappingKeys });
  let now = 1_700_000_000_000;
  let waited = 0;
  const configured = credentials ?? {
    access_key: ACCESS_KEY.accessKeyId,
    secret_key: ACCESS_KEY.secretAccessKey,
    endpoint: kms.url,
  };
  const driver = awsDriver({
    // Allows every endpoint that the test configures.
    env: { ...allowing(kms.url, configured['endpoint'], env['AWS_KMS_ENDPOINT']), ...env },
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
    retry: {
      clock: clockOf(() => now),
      random: () => 0.5,
      wait: async (milliseconds) => {
        waited += milliseconds;
        now += milliseconds;
      },
    },
  });
  const client = driver.connect({
    keyCollection: REGION,
    credentials: Object.fromEntries(Object.entries(configured).map(([name, value]) => [name, secret(value)])),
  });
  return {
    kms,
    client,
    signal: new AbortController().signal,
    waited: () => waited,
    advance: (milliseconds) => {
      now += milliseconds;
    },
    async close() {
      client.close();
      await kms.close();
    },
  };
}

/** A bench that the end of the test closes. */
export async function setUp(options?: BenchOptions): Promise<Bench> {
  const bench = await newBench(options);
  onTestFinished(() => bench.close());
  return bench;
}

/** Somebody else with all permissions. */
export function administrator({ kms }: Bench): KMSClient {
  const client = new KMSClient({ region: REGION, endpoint: kms.url, credentials: ACCESS_KEY });
  onTestFinished(() => {
    client.destroy();
  });
  return client;
}

/** What a call fails with, which has to be a ProviderError that holds no credential, wherever one looks. */
export async function failure(call: Promise<unknown>): Promise<ProviderError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const secrets = knownSecrets();
  secrets.add('secret_key', Buffer.from(ACCESS_KEY.secretAccessKey));
  const text = inspect(error, { depth: 9, showHidden: true, maxStringLength: null, maxArrayLength: null });
  refuseLeaks(secrets.leaksIn([{ where: 'an error', text }]));
  if (!(error instanceof ProviderError)) throw new Error(`expected a ProviderError, got ${String(error)}`);
  return error;
}

/** Creates a version and imports its material. @returns the ID of its KMS key */
export async function makeVersion(bench: Bench, version: number): Promise<string> {
  const id = await createdId(bench, version);
  await importMaterial(bench, version, id);
  return id;
}
