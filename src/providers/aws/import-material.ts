import type { KeyMaterial } from '../../crypto/key-material.ts';
import { wrapRsaOaepSha256 } from '../../crypto/wrap-rsa-oaep.ts';
import { ProviderError } from '../errors.ts';
import type { Answer, Calls } from './calls.ts';

/** Codes that say that another pair of public key and import token may do. */
const STALE_TOKEN = new Set<string | undefined>(['ExpiredImportTokenException', 'InvalidImportTokenException']);
const MAX_PAIRS = 2;

/**
 * Imports material as AWS documents it (Importing key material, steps 2 to 4): a public key and an import token that
 * belong together, the material wrapped with RSAES_OAEP_SHA_256, no expiry. The same material may be imported again.
 *
 * @returns the answer to ImportKeyMaterial
 */
export async function importMaterial(
  calls: Calls,
  retry: <T>(request: () => Promise<T>) => Promise<T>,
  KeyId: string,
  material: KeyMaterial,
  signal: AbortSignal,
): Promise<Answer> {
  for (let pair = 1; ; pair++) {
    const { PublicKey, ImportToken } = await retry(() =>
      calls.getParametersForImport(
        { KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_4096' },
        signal,
      ),
    );
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

function wrap(publicKey: Uint8Array | undefined, material: KeyMaterial): Buffer {
  const bytes = material.reveal();
  try {
    return wrapRsaOaepSha256(publicKey ?? new Uint8Array(), bytes);
  } catch {
    throw new ProviderError('unavailable', 'GetParametersForImport: the answer holds no usable wrapping key', {
      call: 'GetParametersForImport',
    });
  }
}
