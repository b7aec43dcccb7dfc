import { createHash, createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { badParameter } from './errors.ts';
import { familyOf, type KeyType } from './state.ts';

/** Curves by their JWK names (RFC 7518 §6.2.1.1, and P-256K), with their names in Node. */
export const CURVES = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
  'P-256K': 'secp256k1',
} as const;
export type Curve = keyof typeof CURVES;

export const RSA_BITS: readonly number[] = [2048, 3072, 4096];
export const OCT_BITS: readonly number[] = [128, 192, 256];

/**
 * Material as a key transfer blob holds it: PKCS#8 for RSA and EC, raw bytes for AES (BYOK specification, "Key transfer
 * blob").
 *
 * @throws {KeyVaultError} BadParameter
 */
export function materialOf(kty: KeyType, bytes: Buffer, curve: Curve | undefined): KeyObject {
  const family = familyOf(kty);
  if (family === 'oct') return checkMaterial(kty, createSecretKey(bytes), curve);
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
  } catch {
    throw badParameter('The key transfer blob does not hold an unencrypted PKCS#8 private key.');
  }
  return checkMaterial(kty, key, curve);
}

/** Checks type, size and curve of material. @throws {KeyVaultError} BadParameter */
export function checkMaterial(kty: KeyType, material: KeyObject, curve: Curve | undefined): KeyObject {
  const family = familyOf(kty);
  if (family === 'oct') {
    const bits = (material.symmetricKeySize ?? 0) * 8;
    if (!OCT_BITS.includes(bits)) throw badParameter(`Key size ${bits} is not supported for kty '${kty}'.`);
    return material;
  }
  if (material.asymmetricKeyType !== family.toLowerCase()) {
    throw badParameter(
      `The key material is ${material.asymmetricKeyType ?? 'secret'}, which does not match kty '${kty}'.`,
    );
  }
  const { modulusLength = 0, namedCurve = '' } = material.asymmetricKeyDetails ?? {};
  if (family === 'RSA' && !RSA_BITS.includes(modulusLength)) {
    throw badParameter(`Key size ${modulusLength} is not supported for kty '${kty}'.`);
  }
  if (family === 'EC' && (curve === undefined || CURVES[curve] !== namedCurve)) {
    throw badParameter(`The key material is on curve ${namedCurve}, which does not match crv '${curve ?? ''}'.`);
  }
  return material;
}

/** The public members of a JWK; none for a secret. */
export function publicJwk(material: KeyObject): Readonly<Record<string, string>> {
  if (material.type === 'secret') return {};
  const { n, e, crv, x, y } = createPublicKey(material).export({ format: 'jwk' });
  const members = { n, e, crv: crv === 'secp256k1' ? 'P-256K' : crv, x, y };
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Lets tests compare what a version holds with what they have: SHA-256 of PKCS#8 or of the raw bytes, hexadecimal. */
export function materialDigest(material: KeyObject): string {
  const bytes = material.type === 'secret' ? material.export() : material.export({ format: 'der', type: 'pkcs8' });
  return createHash('sha256').update(bytes).digest('hex');
}
