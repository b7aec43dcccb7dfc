import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto';
import type { KeyMaterial } from '../../crypto/key-material.ts';
import type { KeyType } from '../../crypto/key-type.ts';
import type { Protection, Purpose } from '../spec.ts';

/** `kty` of Key Vault (REST API, JsonWebKeyType). */
export type Kty = 'RSA' | 'RSA-HSM' | 'EC' | 'EC-HSM' | 'oct-HSM';

/** Names of Key Vault for what a key may be used for (REST API, JsonWebKeyOperation). */
const KEY_OPS: Readonly<Record<Purpose, string>> = {
  encrypt: 'encrypt',
  decrypt: 'decrypt',
  sign: 'sign',
  verify: 'verify',
  wrap: 'wrapKey',
  unwrap: 'unwrapKey',
};

/** The members of a public key by which two are compared, base64url. */
const PUBLIC_MEMBERS = ['n', 'e', 'crv', 'x', 'y'] as const;
/** Curves by type, as JWK names them (RFC 7518 §6.2.1.1). */
const CURVES: Readonly<Partial<Record<KeyType, string>>> = {
  'ecdsa-p256': 'P-256',
  'ecdsa-p384': 'P-384',
  'ecdsa-p521': 'P-521',
};

/** A public key; those of symmetric keys have no members. */
export type PublicJwk = Readonly<Partial<Record<(typeof PUBLIC_MEMBERS)[number], string>>>;

export function ktyOf(type: KeyType, protection: Protection): Kty {
  if (type === 'aes256-gcm96') return 'oct-HSM';
  const kty = type.startsWith('rsa-') ? 'RSA' : 'EC';
  return protection === 'hsm' ? `${kty}-HSM` : kty;
}

export function curveOf(type: KeyType): string | undefined {
  return CURVES[type];
}

export function keyOpsOf(purposes: readonly Purpose[]): readonly string[] {
  return purposes.map((purpose) => KEY_OPS[purpose]);
}

/**
 * The private key as JWK (RFC 7517, RFC 7518 §6). Its members are strings, which JavaScript cannot overwrite: whoever takes
 * it drops it with the request.
 */
export function privateJwk(material: KeyMaterial): JsonWebKey {
  return createPrivateKey({ key: material.reveal(), format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
}

/** The public key of the material; undefined for a symmetric key, which has none. */
export function publicJwk(type: KeyType, material: KeyMaterial): PublicJwk | undefined {
  if (type === 'aes256-gcm96') return undefined;
  const key = createPublicKey(createPrivateKey({ key: material.reveal(), format: 'der', type: 'pkcs8' }));
  const jwk = key.export({ format: 'jwk' });
  return Object.fromEntries(
    PUBLIC_MEMBERS.flatMap((name) => (typeof jwk[name] === 'string' ? [[name, jwk[name]]] : [])),
  );
}

/** Whether two public keys are the same; numbers may be written with zeros before them. */
export function isSameKey(one: PublicJwk, other: PublicJwk): boolean {
  const isRsa = one.n !== undefined;
  const members = isRsa ? (['n', 'e'] as const) : (['x', 'y'] as const);
  if (!isRsa && one.crv !== other.crv) return false;
  return members.every((name) => {
    const [left, right] = [one[name], other[name]];
    return left !== undefined && right !== undefined && number(left).equals(number(right));
  });
}

function number(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
}
