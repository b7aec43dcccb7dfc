import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

interface WrappingKeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Source of wrapping keys. Several fakes of one test process can share it. */
export interface WrappingKeys {
  /**
   * @param bits of the RSA modulus
   * @param turn number of the pair that its user takes: consecutive turns never get the same pair
   */
  take(bits: number, turn: number): Promise<WrappingKeyPair>;
}

/**
 * Generates wrapping key pairs on first use and returns them in turn, because generating an RSA-4096 pair takes seconds.
 * Two pairs for each size are enough for consecutive turns to have different pairs.
 */
export function wrappingKeyRing(pairsPerSize = 2): WrappingKeys {
  const pairs = new Map<string, Promise<WrappingKeyPair>>();
  return {
    take(bits, turn) {
      const slot = `${bits}/${turn % pairsPerSize}`;
      const pair = pairs.get(slot) ?? promisify(generateKeyPair)('rsa', { modulusLength: bits });
      pairs.set(slot, pair);
      return pair;
    },
  };
}
