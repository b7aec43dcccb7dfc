import type { KeyType } from './key-type.ts';

/** How long a key is, and how strong. */
export interface KeyStrength {
  /** Length of the key: of the modulus for RSA, of the field for a curve. */
  readonly bits: number;
  /**
   * Security strength in bits: NIST SP 800-57 Part 1 Rev. 5, table 2. RSA-4096 is not in that table; 152 is of NIST
   * SP 800-56B Rev. 2, appendix D.
   */
  readonly strength: number;
}

export const KEY_STRENGTHS: Readonly<Record<KeyType, KeyStrength>> = {
  'aes256-gcm96': { bits: 256, strength: 256 },
  'rsa-2048': { bits: 2048, strength: 112 },
  'rsa-3072': { bits: 3072, strength: 128 },
  'rsa-4096': { bits: 4096, strength: 152 },
  'ecdsa-p256': { bits: 256, strength: 128 },
  'ecdsa-p384': { bits: 384, strength: 192 },
  'ecdsa-p521': { bits: 521, strength: 256 },
};
