import type { KeyType } from '../crypto/key-type.ts';

/** What a distributed key may be used for. */
export const PURPOSES = ['encrypt', 'decrypt', 'sign', 'verify', 'wrap', 'unwrap'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Where the cloud performs cryptographic operations. */
export const PROTECTIONS = ['hsm', 'software'] as const;
export type Protection = (typeof PROTECTIONS)[number];

/** What is asked of a cloud for one key; fixed once distributed. */
export interface DistributionSpec {
  readonly keyName: string;
  readonly keyType: KeyType;
  readonly purposes: readonly Purpose[];
  readonly protection: Protection;
}
