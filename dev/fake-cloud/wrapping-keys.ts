import { createPrivateKey, createPublicKey, generateKeyPair, randomUUID, type KeyObject } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Names the folder in which the processes of one test run share their pairs; each makes its own where it is not set. */
export const SHARED_FOLDER = 'FAKE_CLOUD_WRAPPING_KEYS';

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
export function wrappingKeyRing(pairsPerSize = 2, shared = process.env[SHARED_FOLDER]): WrappingKeys {
  const pairs = new Map<string, Promise<WrappingKeyPair>>();
  return {
    take(bits, turn) {
      const slot = `${bits}-${turn % pairsPerSize}`;
      const pair = pairs.get(slot) ?? (shared === undefined ? newPair(bits) : sharedPair(bits, join(shared, slot)));
      pairs.set(slot, pair);
      return pair;
    },
  };
}

function newPair(bits: number): Promise<WrappingKeyPair> {
  return promisify(generateKeyPair)('rsa', { modulusLength: bits });
}

/** The pair in a file; where there is none, a new one, which is left there for others. */
async function sharedPair(bits: number, file: string): Promise<WrappingKeyPair> {
  try {
    const privateKey = createPrivateKey(await readFile(file));
    return { privateKey, publicKey: createPublicKey(privateKey) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const pair = await newPair(bits);
  // Others must not read half of it.
  const unfinished = `${file}.${randomUUID()}`;
  await writeFile(unfinished, pair.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  await rename(unfinished, file);
  return pair;
}
