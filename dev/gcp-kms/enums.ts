/** Enums of google.cloud.kms.v1 (resources.proto): names and numbers. Clients may send either. */
export const PURPOSES = { ENCRYPT_DECRYPT: 1, ASYMMETRIC_SIGN: 5, ASYMMETRIC_DECRYPT: 6 } as const;
export type Purpose = keyof typeof PURPOSES;

export const PROTECTION_LEVELS = { SOFTWARE: 1, HSM: 2 } as const;
export type ProtectionLevel = keyof typeof PROTECTION_LEVELS;

export const ALGORITHMS = {
  GOOGLE_SYMMETRIC_ENCRYPTION: 1,
  RSA_SIGN_PSS_2048_SHA256: 2,
  RSA_SIGN_PSS_3072_SHA256: 3,
  RSA_SIGN_PSS_4096_SHA256: 4,
  RSA_SIGN_PSS_4096_SHA512: 15,
  RSA_SIGN_PKCS1_2048_SHA256: 5,
  RSA_SIGN_PKCS1_3072_SHA256: 6,
  RSA_SIGN_PKCS1_4096_SHA256: 7,
  RSA_SIGN_PKCS1_4096_SHA512: 16,
  RSA_DECRYPT_OAEP_2048_SHA256: 8,
  RSA_DECRYPT_OAEP_3072_SHA256: 9,
  RSA_DECRYPT_OAEP_4096_SHA256: 10,
  RSA_DECRYPT_OAEP_4096_SHA512: 17,
  RSA_DECRYPT_OAEP_2048_SHA1: 37,
  RSA_DECRYPT_OAEP_3072_SHA1: 38,
  RSA_DECRYPT_OAEP_4096_SHA1: 39,
  EC_SIGN_P256_SHA256: 12,
  EC_SIGN_P384_SHA384: 13,
} as const;
export type Algorithm = keyof typeof ALGORITHMS;

/** The methods that wrap with RSA; HPKE is left out. */
export const IMPORT_METHODS = {
  RSA_OAEP_3072_SHA1_AES_256: 1,
  RSA_OAEP_4096_SHA1_AES_256: 2,
  RSA_OAEP_3072_SHA256_AES_256: 3,
  RSA_OAEP_4096_SHA256_AES_256: 4,
  RSA_OAEP_3072_SHA256: 5,
  RSA_OAEP_4096_SHA256: 6,
} as const;
export type ImportMethod = keyof typeof IMPORT_METHODS;

export const IMPORT_JOB_STATES = { PENDING_GENERATION: 1, ACTIVE: 2, EXPIRED: 3 } as const;

export const VERSION_STATES = {
  ENABLED: 1,
  DISABLED: 2,
  DESTROYED: 3,
  DESTROY_SCHEDULED: 4,
  PENDING_IMPORT: 6,
  IMPORT_FAILED: 7,
} as const;
export type VersionState = keyof typeof VERSION_STATES;

type Enum = Readonly<Record<string, number>>;

/** How an answer shows enums: by name, or by number as `$alt=json;enum-encoding=int` asks for. */
export type ShowEnum = <E extends Enum>(table: E, name: keyof E & string) => string | number;

export const asName: ShowEnum = (_table, name) => name;

export const asNumber: ShowEnum = (table, name) => table[name] ?? 0;

/** The name of what was sent, by name or number; undefined for what is none of the enum. */
export function readEnum<E extends Enum>(table: E, value: unknown): (keyof E & string) | undefined {
  return Object.keys(table).find((name) => name === value || table[name] === value);
}
