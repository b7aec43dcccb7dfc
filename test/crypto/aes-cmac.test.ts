import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { aesCmac } from '../../src/crypto/aes-cmac.ts';

/** The message of the examples in both publications. */
const MESSAGE =
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710';
const AES128 = '2b7e151628aed2a6abf7158809cf4f3c';
const AES256 = '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('aesCmac', () => {
  it.each([
    ['RFC 4493, example 1', AES128, 0, 'bb1d6929e95937287fa37d129b756746'],
    ['RFC 4493, example 2', AES128, 16, '070a16b46b4d4144f79bdd9dd04a287c'],
    ['RFC 4493, example 3', AES128, 40, 'dfa66747de9ae63030ca32611497c827'],
    ['RFC 4493, example 4', AES128, 64, '51f0bebf7e3b9d92fc49741779363cfe'],
    ['NIST SP 800-38B, CMAC-AES256, example 1', AES256, 0, '028962f61b7bf89efc6b551f4667d983'],
    ['NIST SP 800-38B, CMAC-AES256, example 2', AES256, 16, '28a7023f452e8f82bd4bf28d8c37c35c'],
    ['NIST SP 800-38B, CMAC-AES256, example 3', AES256, 40, 'aaf3d8f1de5640c232f5b169b9c911e6'],
    ['NIST SP 800-38B, CMAC-AES256, example 4', AES256, 64, 'e1992190549f6ed5696a2c056c315410'],
  ])('%s', (_title, key, length, mac) => {
    const message = hex(MESSAGE).subarray(0, length);
    expect(aesCmac(hex(key), message).toString('hex')).toBe(mac);
    // What the caller owns is as it was.
    expect(message.toString('hex')).toBe(MESSAGE.slice(0, length * 2));
  });

  it.each([1, 15, 16, 17, 31, 32, 33])('agrees with the openssl CLI on a message of %i bytes', (length) => {
    const key = randomBytes(32);
    const message = randomBytes(length);
    const options = ['-cipher', 'AES-256-CBC', '-macopt', `hexkey:${key.toString('hex')}`];
    const mac = execFileSync('openssl', ['mac', ...options, '-in', '-', 'CMAC'], { input: message });
    expect(aesCmac(key, message).toString('hex')).toBe(mac.toString().trim().toLowerCase());
  });
});
