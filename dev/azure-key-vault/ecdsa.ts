import { createECDH, randomBytes, type KeyObject } from 'node:crypto';

/** Orders of the base points (FIPS 186-4 appendix D.1.2, SEC 2 §2.4.1), by the curves' names in Node. */
const ORDERS: Readonly<Record<string, bigint>> = {
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  secp521r1:
    0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  secp256k1: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
};

/**
 * ECDSA (FIPS 186-4 §6) over a digest, which Node cannot sign or verify without hashing it again. Signatures are r and s
 * side by side (RFC 7518 §3.4). For a fake only: it takes no care of timing.
 */
export function signEcdsa(key: KeyObject, digest: Buffer): Buffer {
  const { order, bytes, secret, curve } = parametersOf(key);
  for (;;) {
    const k = (numberOf(randomBytes(bytes + 8)) % (order - 1n)) + 1n;
    const r = xOf(curve, k, bytes) % order;
    const s = mod(inverse(k, order) * (hashNumber(digest, order) + r * secret), order);
    if (r !== 0n && s !== 0n) return Buffer.concat([bytesOf(r, bytes), bytesOf(s, bytes)]);
  }
}

/** By the private key, which the service has: the point of a signature follows from it without adding points. */
export function verifyEcdsa(key: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const { order, bytes, secret, curve } = parametersOf(key);
  if (signature.length !== 2 * bytes) return false;
  const [r, s] = [numberOf(signature.subarray(0, bytes)), numberOf(signature.subarray(bytes))];
  if (r === 0n || s === 0n || r >= order || s >= order) return false;
  const k = mod(inverse(s, order) * (hashNumber(digest, order) + r * secret), order);
  return k !== 0n && xOf(curve, k, bytes) % order === r;
}

interface Parameters {
  readonly curve: string;
  readonly order: bigint;
  /** Length of a coordinate. */
  readonly bytes: number;
  readonly secret: bigint;
}

function parametersOf(key: KeyObject): Parameters {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  const order = ORDERS[curve];
  if (order === undefined) throw new Error(`no curve ${curve}`);
  const { d = '', x = '' } = key.export({ format: 'jwk' });
  return {
    curve,
    order,
    bytes: Buffer.from(x, 'base64url').length,
    secret: numberOf(Buffer.from(d, 'base64url')),
  };
}

/** The first coordinate of k times the base point. */
function xOf(curve: string, k: bigint, bytes: number): bigint {
  const pair = createECDH(curve);
  pair.setPrivateKey(bytesOf(k, bytes));
  return numberOf(pair.getPublicKey().subarray(1, 1 + bytes));
}

/** The leftmost bits of the digest, as many as the order has. */
function hashNumber(digest: Buffer, order: bigint): bigint {
  const excess = digest.length * 8 - order.toString(2).length;
  return excess > 0 ? numberOf(digest) >> BigInt(excess) : numberOf(digest);
}

const numberOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

const bytesOf = (value: bigint, length: number): Buffer =>
  Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');

const mod = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

/** The inverse in the field of a prime, by the extended Euclidean algorithm. */
function inverse(value: bigint, prime: bigint): bigint {
  let [a, b, x, y] = [mod(value, prime), prime, 1n, 0n];
  while (a > 1n) {
    [a, b, x, y] = [b % a, a, y - (b / a) * x, x];
  }
  return mod(x, prime);
}
