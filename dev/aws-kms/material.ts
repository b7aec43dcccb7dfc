import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { KmsError } from './errors.ts';
import { specFacts, type KeySpec } from './key-specs.ts';
import type { Key, Material } from './state.ts';

/** KeyMaterialId: a hash of key id and bytes, so that the same bytes in another key have another id. */
export function materialId(keyId: string, bytes: Buffer): string {
  return createHash('sha256').update(keyId).update('\0').update(bytes).digest('hex');
}

/** Creates the material record of a key. */
export function newMaterial(key: Key, bytes: Buffer, status: Material['status']): Material {
  const id = materialId(key.id, bytes);
  return { id, bytes, status, description: undefined, validTo: undefined, rotatedAt: undefined };
}

/**
 * Checks that unwrapped bytes match the key spec: raw bytes of the right length, or an unencrypted PKCS#8 private
 * key of the right kind (Developer Guide, "Requirements for imported key material").
 *
 * @throws {KmsError} IncorrectKeyMaterialException
 */
export function checkMaterial(spec: KeySpec, bytes: Buffer): void {
  const { material } = specFacts(spec);
  if (material.kind === 'aes') {
    if (bytes.length !== 32) throw incorrect();
  } else if (material.kind === 'hmac') {
    if (bytes.length < material.minBytes || bytes.length > 128) throw incorrect();
  } else {
    const details = privateKeyOf(bytes).asymmetricKeyDetails;
    const fits =
      material.kind === 'rsa' ? details?.modulusLength === material.bits : details?.namedCurve === material.curve;
    if (!fits) throw incorrect();
  }
}

export function incorrect(): KmsError {
  return new KmsError(
    'IncorrectKeyMaterialException',
    'The key material in the request is incorrect for this KMS key.',
  );
}

/** @throws {KmsError} IncorrectKeyMaterialException */
export function privateKeyOf(pkcs8: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  } catch {
    throw incorrect();
  }
}

/** Material for a key whose Origin is AWS_KMS. */
export function generateMaterial(spec: KeySpec): Buffer {
  const { material } = specFacts(spec);
  switch (material.kind) {
    case 'aes':
      return randomBytes(32);
    case 'hmac':
      return randomBytes(material.minBytes);
    case 'rsa':
      return pkcs8(generateKeyPairSync('rsa', { modulusLength: material.bits }).privateKey);
    case 'ec':
      return pkcs8(generateKeyPairSync('ec', { namedCurve: material.curve }).privateKey);
  }
}

function pkcs8(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'pkcs8' });
}
