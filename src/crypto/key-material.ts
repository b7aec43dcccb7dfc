import { secretBy, type Secret } from '../support/secret.ts';

/**
 * The secret bytes of one key version: 32 raw bytes for AES, a PKCS#8 DER PrivateKeyInfo (RFC 5208) for RSA and ECDSA.
 *
 * As a {@link Secret} it prints as `[redacted]` everywhere. The holder zeroes it with {@link KeyMaterial.destroy} as soon as it is done;
 * V8 and OpenSSL may keep copies of their own, which JavaScript cannot reach.
 */
export interface KeyMaterial extends Secret<Buffer> {
  /** The bytes themselves, not a copy. @throws {Error} after {@link destroy} */
  reveal(): Buffer;
  /** Overwrites the bytes with zeros; a second call does nothing. */
  destroy(): void;
}

/** Takes ownership of the bytes: {@link KeyMaterial.destroy} zeroes this very buffer. */
export function keyMaterial(bytes: Buffer): KeyMaterial {
  let alive = true;
  return secretBy({
    reveal() {
      if (!alive) throw new Error('key material was used after it was destroyed');
      return bytes;
    },
    destroy() {
      alive = false;
      bytes.fill(0);
    },
  });
}

/** Runs `use` with the material and zeroes it afterwards, whatever happens. */
export async function withMaterial<T>(material: KeyMaterial, use: (material: KeyMaterial) => Promise<T>): Promise<T> {
  try {
    return await use(material);
  } finally {
    material.destroy();
  }
}
