import type { KeyObject } from 'node:crypto';
import { openOaep, openRsaAesKeyWrap } from '../fake-cloud/unwrap.ts';
import { invalidCiphertext, unsupported } from './errors.ts';
import { specFacts, type KeySpec } from './key-specs.ts';

export const WRAPPING_ALGORITHMS = [
  'RSAES_PKCS1_V1_5',
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
  'RSA_AES_KEY_WRAP_SHA_1',
  'RSA_AES_KEY_WRAP_SHA_256',
  'SM2PKE',
] as const;
export type WrappingAlgorithm = (typeof WRAPPING_ALGORITHMS)[number];

export const WRAPPING_KEY_SPECS = ['RSA_2048', 'RSA_3072', 'RSA_4096', 'SM2'] as const;
export type WrappingKeySpec = (typeof WRAPPING_KEY_SPECS)[number];

/**
 * Checks the wrapping against the key spec (AWS: GetParametersForImport).
 *
 * @throws {KmsError} UnsupportedOperationException
 */
export function assertWrappingFits(spec: KeySpec, algorithm: WrappingAlgorithm, wrappingKey: WrappingKeySpec): void {
  const { kind } = specFacts(spec).material;
  const keyWrap = algorithm.startsWith('RSA_AES_KEY_WRAP');
  const oaep = algorithm.startsWith('RSAES_OAEP');
  const fits =
    wrappingKey !== 'SM2' &&
    (kind === 'rsa' ? keyWrap : kind === 'ec' ? keyWrap || oaep : oaep) &&
    // 241 bytes of PKCS#8 exceed the maximum of RSA-2048.
    !(spec === 'ECC_NIST_P521' && wrappingKey === 'RSA_2048' && oaep);
  if (!fits) {
    throw unsupported(`Wrapping algorithm ${algorithm} with ${wrappingKey} is not supported for key spec ${spec}.`);
  }
}

/**
 * Unwraps imported material: RSAES-OAEP, or an AES-256 key in OAEP followed by the material in AES-KWP under it.
 *
 * @throws {KmsError} InvalidCiphertextException
 */
export function unwrap(algorithm: WrappingAlgorithm, privateKey: KeyObject, wrapped: Buffer): Buffer {
  const oaepHash = algorithm.endsWith('_SHA_1') ? 'sha1' : 'sha256';
  const open = algorithm.startsWith('RSAES_OAEP') ? openOaep : openRsaAesKeyWrap;
  try {
    return open(privateKey, oaepHash, wrapped);
  } catch {
    throw invalidCiphertext();
  }
}
