import type { KeyType } from '../../crypto/key-type.ts';
import type { DistributionSpec, Purpose } from '../spec.ts';

/** A key has 127 characters at most (Azure: naming rules, Microsoft.KeyVault/vaults/keys); `-<unix seconds>` follows the name. */
const LONGEST_NAME = 127 - '-1700000000'.length;

/** What Key Vault does with each kind of key ("About keys": cryptographic protection, key operations). */
const PURPOSES: Readonly<Record<'rsa' | 'ec' | 'aes', readonly Purpose[]>> = {
  rsa: ['encrypt', 'decrypt', 'sign', 'verify', 'wrap', 'unwrap'],
  ec: ['sign', 'verify'],
  aes: ['encrypt', 'decrypt', 'wrap', 'unwrap'],
};

/** Returns why a vault cannot hold such a key (field and remedy), or undefined. */
export function checkDistribution(
  { keyName, keyType, purposes, protection }: DistributionSpec,
  isManagedHsm: boolean,
): string | undefined {
  const kind = kindOf(keyType);
  if (kind === 'aes' && !isManagedHsm) {
    return (
      `keys of type ${keyType} cannot be distributed to a Key Vault, which takes rsa-* and ecdsa-*: use a Managed HSM ` +
      '(key_collection=https://<name>.managedhsm.azure.net), awskms or gcpckms'
    );
  }
  const possible = PURPOSES[kind];
  if (purposes.length === 0 || !purposes.every((each) => possible.includes(each))) {
    return (
      `purpose ${purposes.join(',')} is not possible on azurekeyvault: a key of type ${keyType} there has one or more of ` +
      `purpose=${possible.join(',')}`
    );
  }
  if (isManagedHsm && protection !== 'hsm') {
    return `protection ${protection} is not possible on a Managed HSM, which keeps all keys in HSMs: use protection=hsm`;
  }
  if (!/^[0-9a-zA-Z-]+$/.test(keyName)) {
    return (
      `the key's name "${keyName}" cannot be part of the name of an Azure key, which has letters, digits and "-" only ` +
      '(no "_" and no "."): use a key of another name'
    );
  }
  if (keyName.length > LONGEST_NAME) {
    return `the key's name has ${keyName.length} characters, more than the ${LONGEST_NAME} that fit into the name of an Azure key: use a shorter name`;
  }
  return undefined;
}

function kindOf(keyType: KeyType): 'rsa' | 'ec' | 'aes' {
  if (keyType === 'aes256-gcm96') return 'aes';
  return keyType.startsWith('rsa-') ? 'rsa' : 'ec';
}
