import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { invalidCiphertext } from './errors.ts';

/**
 * The parts of a CiphertextBlob of a symmetric key. AWS documents no layout; this one is
 *
 *     version (1 byte, 1) | n (1 byte) | key id (n bytes ASCII) | KeyMaterialId (32 bytes) | IV (12) | tag (16) | ciphertext
 *
 * with AES-256-GCM under the imported bytes and {@link encryptionContextAad} as the additional data.
 */
export interface Ciphertext {
  readonly keyId: string;
  /** 64 hex digits. */
  readonly materialId: string;
  readonly iv: Buffer;
  readonly tag: Buffer;
  readonly ciphertext: Buffer;
}

export type EncryptionContext = Readonly<Record<string, string>>;

const VERSION = 1;
const FIXED = 2 + 32 + 12 + 16;

/** @throws {KmsError} InvalidCiphertextException */
export function parseCiphertext(blob: Buffer): Ciphertext {
  const idLength = blob.at(1) ?? 0;
  if (blob.at(0) !== VERSION || blob.length < FIXED + idLength) throw invalidCiphertext();
  let offset = 2;
  const take = (length: number): Buffer => blob.subarray(offset, (offset += length));
  return {
    keyId: take(idLength).toString('ascii'),
    materialId: take(32).toString('hex'),
    iv: take(12),
    tag: take(16),
    ciphertext: blob.subarray(offset),
  };
}

/**
 * The canonical form of the encryption context: pairs sorted by the bytes of their names, every name and value as
 * a 2-byte big-endian length and UTF-8. Empty for an empty context.
 */
export function encryptionContextAad(context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const);
  pairs.sort(([a], [b]) => Buffer.compare(a, b));
  return Buffer.concat(
    pairs.flat().flatMap((part) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(part.length);
      return [length, part];
    }),
  );
}

export function seal(
  key: { readonly id: string; readonly materialId: string; readonly bytes: Buffer },
  plaintext: Buffer,
  context: EncryptionContext,
): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(encryptionContextAad(context));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([
    Buffer.from([VERSION, key.id.length]),
    Buffer.from(key.id, 'ascii'),
    Buffer.from(key.materialId, 'hex'),
    iv,
    cipher.getAuthTag(),
    ciphertext,
  ]);
}

/** @throws {KmsError} InvalidCiphertextException for other bytes, another context, or any change */
export function open(bytes: Buffer, sealed: Ciphertext, context: EncryptionContext): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', bytes, sealed.iv, { authTagLength: 16 });
  decipher.setAAD(encryptionContextAad(context)).setAuthTag(sealed.tag);
  try {
    return Buffer.concat([decipher.update(sealed.ciphertext), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}
