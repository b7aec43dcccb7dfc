import {
  constants,
  createECDH,
  createHash,
  privateDecrypt,
  privateEncrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import type { AlgorithmFacts, Hash } from './algorithms.ts';

type Signing = Exclude<AlgorithmFacts, { kind: 'aes' }>;

/** Signs a digest, which node:crypto does not do for all kinds of keys; it hashes what it signs. */
export function signDigest(facts: Signing, key: KeyObject, digest: Buffer): Buffer {
  if (facts.kind === 'ec') return ecdsa(facts.curve, key, digest);
  if (facts.padding === 'pss') return pss(facts.bits, facts.hash, key, digest);
  const info = Buffer.concat([Buffer.from(DIGEST_INFO[facts.hash], 'hex'), digest]);
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, info);
}

/** DER of DigestInfo in front of the digest (RFC 8017 §9.2, note 1). */
const DIGEST_INFO: Readonly<Record<Hash, string>> = {
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/** RSASSA-PSS with a salt as long as the digest (RFC 8017 §9.1.1), for moduli whose length is a multiple of 8. */
function pss(bits: number, hash: Hash, key: KeyObject, digest: Buffer): Buffer {
  const length = bits / 8;
  const salt = randomBytes(digest.length);
  const hashed = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const block = Buffer.alloc(length - digest.length - 1);
  block[block.length - salt.length - 1] = 1;
  salt.copy(block, block.length - salt.length);
  const mask = mgf1(hash, hashed, block.length);
  const masked = block.map((byte, at) => byte ^ (mask[at] ?? 0));
  masked[0] = (masked[0] ?? 0) & 0x7f;
  // The private operation on a whole block is the same for signatures and decryption.
  return privateDecrypt(
    { key, padding: constants.RSA_NO_PADDING },
    Buffer.concat([masked, hashed, Buffer.from([0xbc])]),
  );
}

function mgf1(hash: Hash, seed: Buffer, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let count = 0, made = 0; made < length; count++) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(count);
    const part = createHash(hash).update(seed).update(counter).digest();
    parts.push(part);
    made += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** Orders of the curves' groups (SP 800-186). */
const ORDER = {
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
} as const;

/** ECDSA (FIPS 186-5 §6.4.1) in DER. The digest is as long as the order. */
function ecdsa(curve: keyof typeof ORDER, key: KeyObject, digest: Buffer): Buffer {
  const order = ORDER[curve];
  const secret = toNumber(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const ephemeral = createECDH(curve);
  const point = ephemeral.generateKeys();
  const r = toNumber(point.subarray(1, 1 + (point.length - 1) / 2)) % order;
  const s = (inverse(toNumber(ephemeral.getPrivateKey()), order) * (toNumber(digest) + r * secret)) % order;
  const body = Buffer.concat([derInteger(r), derInteger(s)]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (a > 1n) {
    const quotient = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}

const toNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const padded = (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
  return Buffer.concat([Buffer.from([0x02, padded.length]), padded]);
}
