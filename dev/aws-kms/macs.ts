import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context, Operations } from './context.ts';
import { presentMaterial, requireUsable } from './encryption.ts';
import { invalidUsage, KmsError } from './errors.ts';
import { readInput, type Body } from './input.ts';
import { MAC_ALGORITHMS, specFacts, type MacAlgorithm } from './key-specs.ts';
import { currentMaterial } from './key-state.ts';
import { findKey } from './look-up.ts';
import type { Key } from './state.ts';

export const macOperations: Operations = {
  GenerateMac(context, body) {
    const { key, algorithm, mac } = computeMac(context, body, 'GenerateMac');
    return { KeyId: key.arn, Mac: mac.toString('base64'), MacAlgorithm: algorithm };
  },

  VerifyMac(context, body) {
    const given = readInput(body, (fields) => fields.blob('Mac', { min: 1, max: 6144 }));
    const { key, algorithm, mac } = computeMac(context, body, 'VerifyMac');
    if (given.length !== mac.length || !timingSafeEqual(given, mac)) throw new KmsError('KMSInvalidMacException', '');
    return { KeyId: key.arn, MacValid: true, MacAlgorithm: algorithm };
  },
};

function computeMac(
  context: Context,
  body: Body,
  action: string,
): { readonly key: Key; readonly algorithm: MacAlgorithm; readonly mac: Buffer } {
  const { message, algorithm } = readInput(body, (fields) => ({
    message: fields.blob('Message', { min: 1, max: 4096 }),
    algorithm: fields.choice('MacAlgorithm', MAC_ALGORITHMS),
  }));
  const key = requireUsable(findKey(context, body, 'keysAndAliases'), 'GENERATE_VERIFY_MAC', action);
  if (!specFacts(key.spec).mac.includes(algorithm)) {
    throw invalidUsage(`Algorithm ${algorithm} and key spec ${key.spec} are incompatible.`);
  }
  const { bytes } = presentMaterial(key, currentMaterial(key));
  const hash = `sha${algorithm.slice('HMAC_SHA_'.length)}`;
  return { key, algorithm, mac: createHmac(hash, bytes).update(message).digest() };
}
