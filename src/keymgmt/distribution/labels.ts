import type { DistributionRef } from './distribution-store.ts';

export const MOUNT_LABEL = 'vault-keymgmt-mount';
export const KMS_LABEL = 'vault-keymgmt-kms';
export const KEY_LABEL = 'vault-keymgmt-key';
export const VERSION_LABEL = 'vault-keymgmt-version';
/** Only on objects that were made after a person has acknowledged a restore. */
export const EPOCH_LABEL = 'vault-keymgmt-epoch';

/** Labels on a cloud object (AWS: tags) that say what it belongs to. Letters, digits and `_-:/.` only, as AWS allows. */
export function versionLabels(
  mountId: string,
  ref: DistributionRef,
  distributedName: string,
  version: number,
): Readonly<Record<string, string>> {
  return {
    key_name: distributedName,
    [MOUNT_LABEL]: mountId,
    [KMS_LABEL]: ref.kms,
    [KEY_LABEL]: ref.key,
    [VERSION_LABEL]: String(version),
  };
}
