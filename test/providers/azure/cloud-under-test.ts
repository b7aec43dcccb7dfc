import { AZURE_DOCUMENTED_PERMISSIONS } from '../../support/documented-permissions.ts';
import { beforeAll } from 'vitest';
import { startKeyVault, type KeyVault, type KeyVaultOptions } from '../../../dev/azure-key-vault/key-vault.ts';
import { wrappingKeyRing } from '../../../dev/fake-cloud/wrapping-keys.ts';
import { azureDriver } from '../../../src/providers/azure/driver.ts';
import type { Environment } from '../../../src/support/outbound/proxy-rules.ts';
import type { KmsClient, KmsDriver } from '../../../src/providers/port.ts';
import type { RetryDependencies } from '../../../src/providers/http/retry.ts';
import { secret } from '../../../src/support/secret.ts';
import { credentialsFor } from '../../azure-key-vault/client.ts';
import { allowing } from '../../support/allowing.ts';
import { clockOf } from '../../support/clock.ts';

export const APPLICATION = {
  clientId: 'a11ce000-0000-4000-8000-0000000000aa',
  secret: 'app~secret.of-the-application',
};

/** Key exchange keys take long to make: all vaults of a process have the same. */
export const rsaKeys = wrappingKeyRing();

/** Makes them before anything waits for one, and within a time of its own. */
export function makeKeysFirst(): void {
  beforeAll(async () => {
    await Promise.all([0, 1].map((turn) => rsaKeys.take(4096, turn)));
  }, 120_000);
}

/** A Key Vault with a driver for it. */
export interface AzureUnderTest {
  readonly vault: KeyVault;
  readonly driver: KmsDriver;
  readonly retry: RetryDependencies;
  /** Opens the vault with the credentials of {@link APPLICATION}, or others. */
  open(credentials?: Readonly<Record<string, string>>): KmsClient;
  /** Opens the vault in another environment, which allows its endpoints unless it says otherwise. */
  openWith(env: Environment, credentials?: Readonly<Record<string, string>>): KmsClient;
  /** As {@link AzureUnderTest.open}, as a configuration. */
  credentials(others?: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface UnderTestOptions extends Partial<KeyVaultOptions> {
  readonly env?: Environment;
  readonly requestTimeoutMs?: number;
  readonly keyCollection?: string;
}

/** The embedded Key Vault, whose clock only waiting moves, with the documented permissions unless `vaults` says otherwise. */
export async function azureUnderTest({
  env = {},
  requestTimeoutMs,
  keyCollection = 'test-vault',
  ...options
}: UnderTestOptions = {}): Promise<AzureUnderTest> {
  let now = Date.now();
  const clock = clockOf(() => now);
  const vault = await startKeyVault({
    applications: [APPLICATION],
    vaults: [{ name: 'test-vault', permissions: { [APPLICATION.clientId]: AZURE_DOCUMENTED_PERMISSIONS } }],
    clock,
    rsaKeys,
    ...options,
  });
  const retry = { clock, random: () => 0.5, wait: async (milliseconds: number) => void (now += milliseconds) };
  const driverIn = (own: Environment): KmsDriver =>
    azureDriver({
      env: { ...allowing(vault.url, vault.loginUrl), ...own },
      retry,
      ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
    });
  const driver = driverIn(env);
  const credentials: AzureUnderTest['credentials'] = (others = {}) => ({
    ...credentialsFor(vault, APPLICATION),
    ...others,
  });
  const connect = (by: KmsDriver, others: Readonly<Record<string, string>> | undefined): KmsClient =>
    by.connect({
      keyCollection,
      credentials: Object.fromEntries(
        Object.entries(credentials(others)).map(([name, value]) => [name, secret(value)]),
      ),
    });
  return {
    vault,
    driver,
    retry,
    credentials,
    open: (others) => connect(driver, others),
    openWith: (own, others) => connect(driverIn(own), others),
    stop: () => vault.close(),
  };
}
