import { inspect } from 'node:util';

/**
 * The secret bytes of one key version: 32 raw bytes for AES, a PKCS#8 DER PrivateKeyInfo (RFC 5208) for RSA and ECDSA.
 *
 * It prints as `[redacted]` everywhere. The holder zeroes it with {@link KeyMaterial.destroy} as soon as it is done;
 * V8 and OpenSSL may keep copies of their own, which JavaScript cannot reach.
 */
export interface KeyMaterial {
  /** The bytes themselves, not a copy. @throws {Error} after {@link destroy} */
  bytes(): Buffer;
  /** Overwrites the bytes with zeros; a second call does nothing. */
  destroy(): void;
  /** `[redacted]`. */
  toString(): string;
}

/** Takes ownership of the bytes: {@link KeyMaterial.destroy} zeroes this very buffer. */
export function keyMaterial(bytes: Buffer): KeyMaterial {
  let alive = true;
  return Object.freeze({
    bytes() {
      if (!alive) throw new Error('key material was used after it was destroyed');
      return bytes;
    },
    destroy() {
      alive = false;
      bytes.fill(0);
    },
    toString: () => '[redacted]',
    toJSON: () => '[redacted]',
    [inspect.custom]: () => '[redacted]',
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
