import type { DistributionSpec, Purpose } from '../port.ts';

/** `alias/hashicorp/` and `-<unix seconds>` around the key's name; an alias has at most 256 characters (AWS: CreateAlias). */
const LONGEST_NAME = 256 - 'alias/hashicorp/'.length - '-1700000000'.length;

/** What Vault's documentation says of each type that AWS KMS does not take. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'rsa-2048': 'azurekeyvault and gcpckms take it',
  'rsa-3072': 'azurekeyvault and gcpckms take it',
  'rsa-4096': 'azurekeyvault and gcpckms take it',
  'ecdsa-p256': 'gcpckms takes it',
  'ecdsa-p384': 'gcpckms takes it',
  'ecdsa-p521': 'no provider takes it',
};

/** Says why AWS KMS cannot take such a key (field and remedy), or nothing. */
export function checkDistribution({ keyName, keyType, purposes, protection }: DistributionSpec): string | undefined {
  if (keyType !== 'aes256-gcm96') {
    return `keys of type ${keyType} cannot be distributed to awskms, which takes aes256-gcm96 only: ${ELSEWHERE[keyType] ?? ''}`;
  }
  if (!isExactly(purposes, ['encrypt', 'decrypt'])) {
    return `purpose ${purposes.join(',')} is not possible on awskms: a key of type ${keyType} there has purpose=encrypt,decrypt`;
  }
  if (protection !== 'hsm') {
    return `protection ${protection} is not possible on awskms, which keeps all keys in HSMs: use protection=hsm`;
  }
  if (!/^[a-zA-Z0-9_-]+$/.test(keyName)) {
    return (
      `the key's name "${keyName}" cannot be part of an AWS alias, which has letters, digits, "_" and "-" only ` +
      '(no "."): use a key of another name'
    );
  }
  if (keyName.length > LONGEST_NAME) {
    return `the key's name has ${keyName.length} characters, more than the ${LONGEST_NAME} that fit into an AWS alias: use a shorter name`;
  }
  return undefined;
}

function isExactly(purposes: readonly Purpose[], wanted: readonly Purpose[]): boolean {
  return wanted.every((each) => purposes.includes(each)) && purposes.every((each) => wanted.includes(each));
}
