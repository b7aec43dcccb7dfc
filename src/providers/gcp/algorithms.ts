import type { KeyType } from '../../crypto/key-type.ts';
import type { DistributionSpec, Purpose } from '../spec.ts';

/** What a CryptoKey is made with (Cloud KMS API, CryptoKeyPurpose and CryptoKeyVersionAlgorithm). */
export interface CryptoKeyKind {
  readonly purpose: 'ENCRYPT_DECRYPT' | 'ASYMMETRIC_DECRYPT' | 'ASYMMETRIC_SIGN';
  readonly algorithm: string;
}

/** One set of purposes that a key type can have on Cloud KMS. */
interface Row extends CryptoKeyKind {
  readonly purposes: readonly Purpose[];
}

/**
 * The table of Vault's documentation. A version has one algorithm, so an RSA key either decrypts or signs. It signs with
 * PSS, as Vault's transit engine does by default; Vault's documentation does not say what its engine chooses.
 */
export const KINDS: Readonly<Record<KeyType, readonly Row[]>> = {
  'aes256-gcm96': [
    { purposes: ['encrypt', 'decrypt'], purpose: 'ENCRYPT_DECRYPT', algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION' },
  ],
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
  'ecdsa-p256': [{ purposes: ['sign'], purpose: 'ASYMMETRIC_SIGN', algorithm: 'EC_SIGN_P256_SHA256' }],
  'ecdsa-p384': [{ purposes: ['sign'], purpose: 'ASYMMETRIC_SIGN', algorithm: 'EC_SIGN_P384_SHA384' }],
  'ecdsa-p521': [],
};

function rsa(bits: number): readonly Row[] {
  return [
    { purposes: ['decrypt'], purpose: 'ASYMMETRIC_DECRYPT', algorithm: `RSA_DECRYPT_OAEP_${bits}_SHA256` },
    { purposes: ['sign'], purpose: 'ASYMMETRIC_SIGN', algorithm: `RSA_SIGN_PSS_${bits}_SHA256` },
  ];
}

/** The kind of CryptoKey for a key; undefined where Cloud KMS has none. */
export function kindOf({
  keyType,
  purposes,
}: Pick<DistributionSpec, 'keyType' | 'purposes'>): CryptoKeyKind | undefined {
  return KINDS[keyType].find((row) => isExactly(purposes, row.purposes));
}

export function requireKind(target: Pick<DistributionSpec, 'keyType' | 'purposes'>): CryptoKeyKind {
  const kind = kindOf(target);
  if (kind === undefined) throw new Error(`Google Cloud KMS takes no key of type ${target.keyType} with this purpose`);
  return kind;
}

/** Only a symmetric CryptoKey has a primary version. */
export function hasPrimary({ keyType }: Pick<DistributionSpec, 'keyType'>): boolean {
  return keyType === 'aes256-gcm96';
}

function isExactly(purposes: readonly Purpose[], wanted: readonly Purpose[]): boolean {
  return wanted.every((each) => purposes.includes(each)) && purposes.every((each) => wanted.includes(each));
}
