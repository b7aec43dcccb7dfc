import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Google's format is not documented; this one tells which version has sealed it. */
const MAGIC = Buffer.from('gcp1');
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A ciphertext of this fake: AES-256-GCM with the imported key. */
export interface Ciphertext {
  /** Number of the version. */
  readonly version: number;
  readonly iv: Buffer;
  readonly sealed: Buffer;
  readonly tag: Buffer;
}

export function seal(version: number, key: Buffer, plaintext: Buffer, additional: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(additional);
  const number = Buffer.alloc(4);
  number.writeUInt32BE(version);
  return Buffer.concat([MAGIC, number, iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined for what is no ciphertext of this fake. */
export function parseCiphertext(bytes: Buffer): Ciphertext | undefined {
  const head = MAGIC.length + 4;
  if (bytes.length < head + IV_BYTES + TAG_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  return {
    version: bytes.readUInt32BE(MAGIC.length),
    iv: bytes.subarray(head, head + IV_BYTES),
    sealed: bytes.subarray(head + IV_BYTES, -TAG_BYTES),
    tag: bytes.subarray(-TAG_BYTES),
  };
}

/** @throws {Error} for another key or other additional data */
export function open({ iv, sealed, tag }: Ciphertext, key: Buffer, additional: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(additional).setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}
