import type { KeyType } from '../../crypto/key-type.ts';
import type { DistributionSpec, Purpose } from '../spec.ts';

/** `alias/hashicorp/` and `-<unix seconds>` enclose the key name; an alias has 256 characters at most (AWS: CreateAlias). */
const LONGEST_NAME = 256 - 'alias/hashicorp/'.length - '-1700000000'.length;

/** The providers of each key type that AWS KMS does not support, from Vault's documentation. */
const ELSEWHERE: Readonly<Record<Exclude<KeyType, 'aes256-gcm96'>, string>> = {
  'rsa-2048': 'azurekeyvault and gcpckms take it',
  'rsa-3072': 'azurekeyvault and gcpckms take it',
  'rsa-4096': 'azurekeyvault and gcpckms take it',
  'ecdsa-p256': 'gcpckms takes it',
  'ecdsa-p384': 'gcpckms takes it',
  'ecdsa-p521': 'no provider takes it',
};

/** Returns why AWS KMS cannot hold such a key (field and remedy), or undefined. */
export function checkDistribution({ keyName, keyType, purposes, protection }: DistributionSpec): string | undefined {
  if (keyType !== 'aes256-gcm96') {
    return `keys of type ${keyType} cannot be distributed to awskms, which takes aes256-gcm96 only: ${ELSEWHERE[keyType]}`;
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
