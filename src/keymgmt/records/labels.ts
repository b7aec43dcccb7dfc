import { ATTEMPT_LABEL } from '../../providers/port.ts';
import type { DistributionRef } from './distribution-store.ts';

type Labels = Readonly<Record<string, string>>;

export const MOUNT_LABEL = 'vault-keymgmt-mount';
export const KMS_LABEL = 'vault-keymgmt-kms';
export const KEY_LABEL = 'vault-keymgmt-key';
export const VERSION_LABEL = 'vault-keymgmt-version';
/** Only on objects that were made after a person has acknowledged a restore. */
export const EPOCH_LABEL = 'vault-keymgmt-epoch';

/** Labels on a cloud object (AWS: tags) that say what it belongs to. Letters, digits and `_-:/.` only, which all clouds allow. */
export function versionLabels(
  mountId: string,
  ref: DistributionRef,
  distributedName: string,
  version?: number,
): Labels {
  return {
    key_name: distributedName,
    [MOUNT_LABEL]: mountId,
    [KMS_LABEL]: ref.kms,
    [KEY_LABEL]: ref.key,
    ...(version === undefined ? {} : { [VERSION_LABEL]: String(version) }),
  };
}

/** The labels that tell whose an object is. `key_name` is for people, and may lag behind a change of the name. */
const OWNER_LABELS = [MOUNT_LABEL, KMS_LABEL, KEY_LABEL, VERSION_LABEL, ATTEMPT_LABEL];

/** Names of the owner's labels among `expected` that an object does not carry with the same value. */
export function missingLabels(labels: Labels, expected: Labels): readonly string[] {
  return OWNER_LABELS.filter((name) => expected[name] !== undefined && labels[name] !== expected[name]);
}
