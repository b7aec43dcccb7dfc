import { createCipheriv } from 'node:crypto';

const BLOCK = 16;
/** The low byte of the polynomial that stands for a block of 128 bits (NIST SP 800-38B §5.3). */
const R128 = 0x87;

/**
 * AES-CMAC (NIST SP 800-38B §6.2, RFC 4493), which node:crypto does not offer.
 *
 * @param key 16, 24 or 32 bytes; the caller still owns it
 * @returns 16 bytes
 */
export function aesCmac(key: Uint8Array, message: Uint8Array): Buffer {
  const encrypt = (block: Uint8Array): Buffer => {
    const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
    return cipher.update(block);
  };
  const whole = encrypt(Buffer.alloc(BLOCK));
  const padded = Buffer.alloc(BLOCK);
  try {
    double(whole);
    const blocks = Math.max(1, Math.ceil(message.length / BLOCK));
    const last = message.subarray((blocks - 1) * BLOCK);
    padded.set(last);
    if (last.length < BLOCK) {
      padded[last.length] = 0x80;
      double(whole);
    }
    xor(padded, whole);
    let state: Buffer = Buffer.alloc(BLOCK);
    for (let index = 0; index < blocks - 1; index++) {
      xor(state, message.subarray(index * BLOCK, (index + 1) * BLOCK));
      state = encrypt(state);
    }
    xor(state, padded);
    return encrypt(state);
  } finally {
    // A subkey tells as much as the encryption of a block of zeros does.
    whole.fill(0);
    padded.fill(0);
  }
}

/** Multiplies a block by x in the field of SP 800-38B, in place. */
function double(block: Buffer): void {
  const carry = block.readUInt8(0) >> 7;
  for (let index = 0; index < BLOCK - 1; index++) {
    block[index] = ((block.readUInt8(index) << 1) | (block.readUInt8(index + 1) >> 7)) & 0xff;
  }
  block[BLOCK - 1] = ((block.readUInt8(BLOCK - 1) << 1) & 0xff) ^ (carry * R128);
}

function xor(target: Buffer, other: Uint8Array): void {
  for (const [index, byte] of other.entries()) target[index] = target.readUInt8(index) ^ byte;
}
