/** Resources for which tokens are issued, in each cloud (Microsoft: Key Vault and Managed HSM, "DNS suffixes"). */
export const RESOURCES = {
  AzurePublicCloud: { vault: 'https://vault.azure.net', managedHsm: 'https://managedhsm.azure.net' },
  AzureUSGovernmentCloud: {
    vault: 'https://vault.usgovcloudapi.net',
    managedHsm: 'https://managedhsm.usgovcloudapi.net',
  },
  AzureChinaCloud: { vault: 'https://vault.azure.cn', managedHsm: 'https://managedhsm.azure.cn' },
} as const;
export type AzureCloud = keyof typeof RESOURCES;
