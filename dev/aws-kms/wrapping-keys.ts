import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

interface WrappingKeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Where wrapping keys come from. May be shared by several KMSs of one test process. */
export interface WrappingKeys {
  /**
   * @param bits of the RSA modulus
   * @param turn number of the import token of its KMS key: neighbouring turns never get the same pair
   */
  take(bits: number, turn: number): Promise<WrappingKeyPair>;
}

/**
 * Wrapping key pairs that are made when first needed and handed out in turn, as a pair of RSA-4096 takes seconds to
 * make. Two a size are enough for a token and its successor to be a different, indivisible pair.
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
