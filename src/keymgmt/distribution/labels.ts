import type { DistributionRef } from './distribution-store.ts';

/** Labels on a cloud object (AWS: tags) that say what it belongs to. Letters, digits and `_-:/.` only, as AWS allows. */
export function versionLabels(
  mountId: string,
  ref: DistributionRef,
  distributedName: string,
  version: number,
): Readonly<Record<string, string>> {
  return {
    key_name: distributedName,
    'vault-keymgmt-mount': mountId,
    'vault-keymgmt-kms': ref.kms,
    'vault-keymgmt-key': ref.key,
    'vault-keymgmt-version': String(version),
  };
}
