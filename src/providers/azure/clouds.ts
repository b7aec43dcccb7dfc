/** One of Azure's clouds: its sign-in service, and the DNS suffixes of its vaults. */
export interface Cloud {
  /** The name that `environment` and AZURE_ENVIRONMENT give it. */
  readonly name: string;
  /** Origin of Microsoft Entra ID. */
  readonly authority: string;
  /** `<vault>.` goes before it. */
  readonly vaultSuffix: string;
  /** Suffix of Managed HSMs; undefined where there are none. */
  readonly hsmSuffix: string | undefined;
}

const PUBLIC: Cloud = {
  name: 'AzurePublicCloud',
  authority: 'https://login.microsoftonline.com',
  vaultSuffix: 'vault.azure.net',
  hsmSuffix: 'managedhsm.azure.net',
};

/** By the names of Azure's SDK for Go (go-autorest/autorest/azure, environments.go), the first being the default. */
export const CLOUDS: readonly Cloud[] = [
  PUBLIC,
  {
    name: 'AzureUSGovernmentCloud',
    authority: 'https://login.microsoftonline.us',
    vaultSuffix: 'vault.usgovcloudapi.net',
    hsmSuffix: 'managedhsm.usgovcloudapi.net',
  },
  {
    name: 'AzureChinaCloud',
    authority: 'https://login.chinacloudapi.cn',
    vaultSuffix: 'vault.azure.cn',
    hsmSuffix: 'managedhsm.azure.cn',
  },
  {
    name: 'AzureGermanCloud',
    authority: 'https://login.microsoftonline.de',
    vaultSuffix: 'vault.microsoftazure.de',
    hsmSuffix: undefined,
  },
];

/** Their names, for messages. */
export const CLOUD_NAMES = CLOUDS.map(({ name }) => name).join(', ');

/** The cloud of a name, in any case as in Azure's SDK; an empty name is the public cloud. Undefined for other names. */
export function cloudOf(name: string): Cloud | undefined {
  if (name === '') return PUBLIC;
  return CLOUDS.find((cloud) => cloud.name.toLowerCase() === name.toLowerCase());
}
