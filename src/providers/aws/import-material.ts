import type { KeyMaterial } from '../../crypto/key-material.ts';
import { wrapRsaOaepSha256 } from '../../crypto/wrap-rsa-oaep.ts';
import { ProviderError } from '../errors.ts';
import type { ImportFacts } from '../observation.ts';
import type { Calls, ImportAnswer } from './calls.ts';
import { isMaterialId } from './ids.ts';

/** Error codes that a new pair of public key and import token may resolve. */
const STALE_TOKEN = new Set<string | undefined>(['ExpiredImportTokenException', 'InvalidImportTokenException']);
const MAX_PAIRS = 2;
const WRAPPING = { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_4096' } as const;

/**
 * Imports key material (AWS KMS Developer Guide, "Importing key material", steps 2 to 4): requests a wrapping key with its
 * import token, wraps the material with RSAES_OAEP_SHA_256, and imports it without expiry. Repeatable with the same
 * material.
 *
 * @returns the response of ImportKeyMaterial
 */
export async function importMaterial(
  calls: Calls,
  retry: <T>(request: () => Promise<T>) => Promise<T>,
  KeyId: string,
  material: KeyMaterial,
  signal: AbortSignal,
): Promise<ImportAnswer> {
  for (let pair = 1; ; pair++) {
    const { PublicKey, ImportToken } = await retry(() => calls.getParametersForImport({ KeyId, ...WRAPPING }, signal));
    const EncryptedKeyMaterial = wrap(PublicKey, material);
    try {
      return await retry(() =>
        calls.importKeyMaterial(
          { KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' },
          signal,
        ),
      );
    } catch (error) {
      const isStale = error instanceof ProviderError && STALE_TOKEN.has(error.code);
      if (!isStale || pair === MAX_PAIRS) throw error;
    }
  }
}

/** What is kept of an import, by its response. */
export function importFacts({ KeyMaterialId: id }: ImportAnswer): ImportFacts {
  const { WrappingAlgorithm: wrappingAlgorithm, WrappingKeySpec: wrappingKeySpec } = WRAPPING;
  return { wrappingAlgorithm, wrappingKeySpec, ...(isMaterialId(id) && { materialId: id }) };
}

function wrap(publicKey: Uint8Array | undefined, material: KeyMaterial): Buffer {
  const bytes = material.reveal();
  try {
    return wrapRsaOaepSha256(publicKey ?? new Uint8Array(), bytes);
  } catch {
    throw new ProviderError('unavailable', 'GetParametersForImport: the response has no usable wrapping key', {
      call: 'GetParametersForImport',
    });
  }
}
