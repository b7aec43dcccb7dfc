import { createPublicKey } from 'node:crypto';
import type { KeyMaterial } from '../../crypto/key-material.ts';
import { wrapRsaAesKwp } from '../../crypto/wrap-rsa-aes-kwp.ts';

/** The key exchange key (KEK) of a vault. */
export interface ExchangeKey {
  /** Its URL with its version. */
  readonly kid: string;
  /** Modulus and exponent, base64url. */
  readonly n: string;
  readonly e: string;
}

/** How the material is wrapped; the hash of OAEP is SHA-1 there, which its security does not rest on. */
export const WRAPPING_ALGORITHM = 'CKM_RSA_AES_KEY_WRAP';

/**
 * Makes a key transfer blob, a `.byok` file in base64url, as `key_hsm` takes it (Microsoft, "Bring your own key
 * specification", key transfer blob): the material wrapped with an ephemeral AES key, and that with the KEK.
 *
 * @throws {Error} for a KEK that is not RSA of 2048 bits or more
 */
export function keyTransferBlob({ kid, n, e }: ExchangeKey, material: KeyMaterial): string {
  const publicKey = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const blob = {
    schema_version: '1.0.0',
    header: { kid, alg: 'dir', enc: WRAPPING_ALGORITHM },
    ciphertext: wrapRsaAesKwp(spki, material.reveal(), 'sha1').toString('base64url'),
    generator: 'vault-plugin-secrets-keymgmt',
  };
  return Buffer.from(JSON.stringify(blob)).toString('base64url');
}
