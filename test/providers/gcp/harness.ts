import { onTestFinished } from 'vitest';
import { keyFile, newServiceAccount } from '../../../dev/gcp-kms/identity/service-account.ts';
import type { ServiceAccountOptions } from '../../../dev/gcp-kms/identity/principals.ts';
import { RING, startGcpKms, type GcpKms, type GcpKmsOptions } from '../../../dev/gcp-kms/kms.ts';
import { wrappingKeyRing } from '../../../dev/fake-cloud/wrapping-keys.ts';
import { gcpDriver, type GcpDriverOptions } from '../../../src/providers/gcp/driver.ts';
import type { KmsClient, KmsDriver, ProviderConfig } from '../../../src/providers/port.ts';
import { secret } from '../../../src/support/secret.ts';
import { allowing } from '../../support/allowing.ts';
import { clockOf } from '../../support/clock.ts';

export { RING };

/** The service account of the tests. */
export const VAULT = newServiceAccount();

/** One pair of wrapping keys for all fakes of a process. */
export const wrappingKeys = wrappingKeyRing();

export interface SetUp {
  readonly kms: GcpKms;
  readonly driver: KmsDriver;
  readonly config: ProviderConfig;
  readonly client: KmsClient;
  readonly signal: AbortSignal;
}

/** What the service account may do; all where `allow` is undefined. */
export const vaultWith = (allow?: readonly string[]): ServiceAccountOptions => ({ ...VAULT, ...(allow && { allow }) });

/** A fake that ends with the test. */
export async function running(options: Partial<GcpKmsOptions> = {}): Promise<GcpKms> {
  const kms = await startGcpKms({ serviceAccounts: [VAULT], wrappingKeys, ...options });
  onTestFinished(() => kms.close());
  return kms;
}

/** Credentials as a configuration holds them. */
export function credentialsOf(credentials: Readonly<Record<string, string>>): ProviderConfig['credentials'] {
  return Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, secret(value)]));
}

/** The file of the service account's key, for a fake. */
export const keyFileFor = ({ identityUrl }: Pick<GcpKms, 'identityUrl'>): string =>
  JSON.stringify(keyFile(VAULT, `${identityUrl}/token`));

/** Waits by a clock that nothing else moves, from the time of the machine. */
export function quickRetry(): GcpDriverOptions['retry'] {
  let waited = 0;
  const now = (): number => Date.now() + waited;
  return {
    clock: clockOf(now),
    random: () => 0.5,
    wait: async (milliseconds) => void (waited += milliseconds),
  };
}

/** A client of a fake. */
export async function setUp(
  options: Partial<GcpKmsOptions> = {},
  { credentials = {}, ...driverOptions }: Partial<GcpDriverOptions> & { credentials?: Record<string, string> } = {},
): Promise<SetUp> {
  const kms = await running(options);
  const driver = gcpDriver({ env: allowing(kms.url, kms.identityUrl), retry: quickRetry(), ...driverOptions });
  const config = {
    keyCollection: RING,
    credentials: credentialsOf({ endpoint: kms.url, credentials_json: keyFileFor(kms), ...credentials }),
  };
  const client = driver.connect(config);
  onTestFinished(() => {
    client.close();
  });
  return { kms, driver, config, client, signal: new AbortController().signal };
}
