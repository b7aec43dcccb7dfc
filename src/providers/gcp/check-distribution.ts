import type { DistributionSpec } from '../spec.ts';
import { KINDS, kindOf } from './algorithms.ts';

/** `-<unix seconds>` follows the key name; a CryptoKey's id has 63 characters at most (Cloud KMS API, cryptoKeys.create). */
const LONGEST_NAME = 63 - '-1700000000'.length;

/** Returns why Cloud KMS cannot hold such a key (field and remedy), or undefined. */
export function checkDistribution(spec: DistributionSpec): string | undefined {
  const { keyName, keyType, purposes } = spec;
  const rows = KINDS[keyType];
  if (rows.length === 0) {
    return (
      `keys of type ${keyType} cannot be distributed to gcpckms, which takes aes256-gcm96, rsa-2048, rsa-3072, rsa-4096, ` +
      'ecdsa-p256 and ecdsa-p384: use a key of another type'
    );
  }
  if (kindOf(spec) === undefined) {
    const possible = rows.map((row) => `purpose=${row.purposes.join(',')}`).join(' or ');
    return `purpose ${purposes.join(',')} is not possible on gcpckms: a key of type ${keyType} there has ${possible}`;
  }
  if (!/^[a-zA-Z0-9_-]+$/.test(keyName)) {
    return (
      `the key's name "${keyName}" cannot be part of the id of a CryptoKey, which has letters, digits, "_" and "-" only ` +
      '(no "."): use a key of another name'
    );
  }
  if (keyName.length > LONGEST_NAME) {
    return `the key's name has ${keyName.length} characters, more than the ${LONGEST_NAME} that fit into the id of a CryptoKey: use a shorter name`;
  }
  return undefined;
}
