/** Properties of each KeySpec that can be imported (Developer Guide, "Importing key material"). */

export const KEY_SPECS = [
  'SYMMETRIC_DEFAULT',
  'HMAC_224',
  'HMAC_256',
  'HMAC_384',
  'HMAC_512',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
] as const;
export type KeySpec = (typeof KEY_SPECS)[number];

export const KEY_USAGES = ['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'GENERATE_VERIFY_MAC', 'KEY_AGREEMENT'] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

export const ENCRYPTION_ALGORITHMS = ['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const;
export type EncryptionAlgorithm = (typeof ENCRYPTION_ALGORITHMS)[number];

const RSA_SIGNING = [
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
] as const;
export const SIGNING_ALGORITHMS = [...RSA_SIGNING, 'ECDSA_SHA_256', 'ECDSA_SHA_384', 'ECDSA_SHA_512'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

export const MAC_ALGORITHMS = ['HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512'] as const;
export type MacAlgorithm = (typeof MAC_ALGORITHMS)[number];

/** Format of the imported bytes. */
type MaterialKind =
  | { readonly kind: 'aes' }
  /** `minBytes` to 128 raw bytes. */
  | { readonly kind: 'hmac'; readonly minBytes: number; readonly hash: string }
  /** PKCS#8. */
  | { readonly kind: 'rsa'; readonly bits: number }
  /** PKCS#8; `curve` is the OpenSSL name. */
  | { readonly kind: 'ec'; readonly curve: string };

export interface SpecFacts {
  readonly material: MaterialKind;
  readonly usages: readonly KeyUsage[];
  readonly signing: readonly SigningAlgorithm[];
  readonly mac: readonly MacAlgorithm[];
}

const hmac = (bits: number): SpecFacts => ({
  material: { kind: 'hmac', minBytes: bits / 8, hash: `sha${bits}` },
  usages: ['GENERATE_VERIFY_MAC'],
  signing: [],
  mac: MAC_ALGORITHMS.filter((name) => name === `HMAC_SHA_${bits}`),
});
const rsa = (bits: number): SpecFacts => ({
  material: { kind: 'rsa', bits },
  usages: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
  signing: RSA_SIGNING,
  mac: [],
});
const ec = (curve: string, algorithm: SigningAlgorithm, agreement = true): SpecFacts => ({
  material: { kind: 'ec', curve },
  usages: agreement ? ['SIGN_VERIFY', 'KEY_AGREEMENT'] : ['SIGN_VERIFY'],
  signing: [algorithm],
  mac: [],
});

const FACTS: Readonly<Record<KeySpec, SpecFacts>> = {
  SYMMETRIC_DEFAULT: { material: { kind: 'aes' }, usages: ['ENCRYPT_DECRYPT'], signing: [], mac: [] },
  HMAC_224: hmac(224),
  HMAC_256: hmac(256),
  HMAC_384: hmac(384),
  HMAC_512: hmac(512),
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: ec('prime256v1', 'ECDSA_SHA_256'),
  ECC_NIST_P384: ec('secp384r1', 'ECDSA_SHA_384'),
  ECC_NIST_P521: ec('secp521r1', 'ECDSA_SHA_512'),
  ECC_SECG_P256K1: ec('secp256k1', 'ECDSA_SHA_256', false),
};

export function specFacts(spec: KeySpec): SpecFacts {
  return FACTS[spec];
}

/** The encryption algorithms of a key for ENCRYPT_DECRYPT. */
export function encryptionAlgorithms(spec: KeySpec): readonly EncryptionAlgorithm[] {
  return spec === 'SYMMETRIC_DEFAULT' ? ['SYMMETRIC_DEFAULT'] : ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'];
}
