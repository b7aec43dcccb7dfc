import { startKeyVault } from '../../dev/azure-key-vault/key-vault.ts';
import { startKms } from '../../dev/aws-kms/kms.ts';
import type { Fault, FaultChoice, FaultError } from '../../dev/fake-cloud/faults.ts';
import { keyFile, newServiceAccount } from '../../dev/gcp-kms/identity/service-account.ts';
import { RING, startGcpKms } from '../../dev/gcp-kms/kms.ts';
import { credentialsFor } from '../azure-key-vault/client.ts';

const REGION = 'us-west-1';
const ACCESS_KEY = { accessKeyId: 'AKIA00000000SOAK', secretAccessKey: 'soak-test-secret' };
const APPLICATION = { clientId: 'a11ce000-0000-4000-8000-0000000005a4', secret: 'app~secret.of-the-soak-test' };
const VAULT = 'soak-vault';

/** What `kms/:kms/key/:key` shows of a distribution. */
export interface Distribution {
  readonly name: string;
  /** Ids in the cloud by version number. */
  readonly versions: Readonly<Record<string, string>>;
}

/** An embedded cloud, as the soak test breaks and judges it. */
export interface SoakCloud {
  /** The name of the KMS provider. */
  readonly kms: string;
  readonly origins: readonly string[];
  /** What is written to `kms/:kms`. */
  readonly config: object;
  /** Access tokens so far, where the fake tells. The credentials are known from storage. */
  readonly tokens: () => readonly string[];
  /** Errors that pass. */
  readonly errors: readonly FaultError[];
  setFaults(choose: () => Fault | undefined): void;
  /** What is wrong with a distribution of all versions, in words. */
  whole(distribution: Distribution): readonly string[];
  /** Ids of what can be used. @param reported - attempts that the mount reports as possible orphans */
  unknown(distributions: readonly Distribution[], reported: ReadonlySet<string>): readonly string[];
  close(): Promise<void>;
}

const error = (status: number, code: string): FaultError => ({ status, code, message: 'injected' });
const idsOf = ({ versions }: Distribution): readonly string[] => Object.values(versions);
const latestOf = (distribution: Distribution): string | undefined => idsOf(distribution).at(-1);
const chosen =
  (choose: () => Fault | undefined, signingIn: readonly string[]): FaultChoice<{ readonly action: string }> =>
  ({ action }) =>
    signingIn.includes(action) ? undefined : choose();

export async function soakAws(): Promise<SoakCloud> {
  const kms = await startKms({ accessKeys: [ACCESS_KEY] });
  const { accessKeyId: access_key, secretAccessKey: secret_key } = ACCESS_KEY;
  const credentials = { access_key, secret_key, endpoint: kms.url };
  return {
    kms: 'aws',
    origins: [kms.url],
    config: { provider: 'awskms', key_collection: REGION, credentials },
    tokens: () => [],
    errors: [error(400, 'ThrottlingException'), error(500, 'KMSInternalException')],
    setFaults(choose) {
      kms.faults.set(chosen(choose, []));
    },
    whole(distribution) {
      const states = new Map(kms.keys(REGION).map(({ id, state }) => [id, state]));
      const wrong = idsOf(distribution).filter((id) => states.get(id) !== 'Enabled');
      const target = kms.aliases(REGION)[`alias/hashicorp/${distribution.name}`];
      return [
        ...wrong.map((id) => `${id} is not enabled`),
        ...(target === latestOf(distribution) ? [] : ['the alias does not point to the latest version']),
      ];
    },
    unknown(distributions, reported) {
      const owned = new Set(distributions.flatMap(idsOf));
      return kms
        .keys(REGION)
        .filter(({ id, state }) => state !== 'PendingDeletion' && !owned.has(id))
        .filter(({ tags }) => !reported.has(tags['vault-keymgmt-attempt'] ?? ''))
        .map(({ id }) => id);
    },
    close: () => kms.close(),
  };
}

export async function soakGcp(): Promise<SoakCloud> {
  const account = newServiceAccount();
  const kms = await startGcpKms({ serviceAccounts: [account] });
  const credentials_json = JSON.stringify(keyFile(account, `${kms.identityUrl}/token`));
  const byName = (name: string) => kms.keys().find((key) => key.name.endsWith(`/cryptoKeys/${name}`));
  return {
    kms: 'gcp',
    origins: [kms.url, kms.identityUrl],
    config: { provider: 'gcpckms', key_collection: RING, credentials: { credentials_json, endpoint: kms.url } },
    tokens: () => kms.issuedTokens(),
    errors: [error(429, 'RESOURCE_EXHAUSTED'), error(503, 'UNAVAILABLE')],
    setFaults(choose) {
      kms.faults.set(chosen(choose, []));
    },
    whole(distribution) {
      const key = byName(distribution.name);
      const states = new Map(key?.versions.map(({ number, state }) => [String(number), state]));
      const wrong = idsOf(distribution).filter((id) => states.get(id) !== 'ENABLED');
      const hasPrimary = key?.purpose === 'ENCRYPT_DECRYPT';
      return [
        ...wrong.map((id) => `${distribution.name}/${id} is not enabled`),
        ...(hasPrimary && String(key.primary) !== latestOf(distribution) ? ['the latest is not the primary'] : []),
      ];
    },
    unknown(distributions) {
      const owned = new Set(distributions.flatMap((each) => idsOf(each).map((id) => `${each.name}/${id}`)));
      return kms.keys().flatMap(({ name, versions }) => {
        const usable = versions.filter(({ state }) => state === 'ENABLED' || state === 'DISABLED');
        const ids = usable.map(({ number }) => `${name.slice(name.lastIndexOf('/') + 1)}/${number}`);
        return ids.filter((id) => !owned.has(id));
      });
    },
    close: () => kms.close(),
  };
}

export async function soakAzure(): Promise<SoakCloud> {
  const vault = await startKeyVault({ applications: [APPLICATION], vaults: [{ name: VAULT, sku: 'premium' }] });
  const keys = () => vault.keys().filter(({ phase }) => phase === 'active');
  return {
    kms: 'azure',
    origins: [vault.url, vault.loginUrl],
    config: { provider: 'azurekeyvault', key_collection: VAULT, credentials: credentialsFor(vault, APPLICATION) },
    tokens: () => [],
    errors: [error(429, 'Throttled'), error(503, 'ServiceUnavailable')],
    setFaults(choose) {
      vault.faults.set(chosen(choose, ['Token', 'Authentication']));
    },
    whole(distribution) {
      const made = keys().find(({ name }) => name === distribution.name)?.versions ?? [];
      const wrong = idsOf(distribution).filter((id) => !made.some((each) => each.id === id && each.enabled));
      // A version that was imported again, to be the newest, is that version.
      const newest = made.at(-1)?.tags['vault-keymgmt-version'];
      const latest = Object.keys(distribution.versions).at(-1);
      return [
        ...wrong.map((id) => `${distribution.name}/${id} is not enabled`),
        ...(newest === latest ? [] : ['the newest is not the latest version']),
      ];
    },
    unknown(distributions) {
      const owned = new Set(distributions.map(({ name }) => name));
      const isKek = ({ versions }: ReturnType<typeof keys>[number]): boolean =>
        versions.some(({ keyOps }) => keyOps.includes('import'));
      return keys().flatMap((key) => (isKek(key) || owned.has(key.name) ? [] : [key.name]));
    },
    close: () => vault.close(),
  };
}
