import { constants, createPublicKey, privateDecrypt, publicEncrypt, type KeyObject } from 'node:crypto';
import { open, parseCiphertext, seal, type EncryptionContext } from './ciphertext.ts';
import type { Context } from './context.ts';
import { invalid, invalidCiphertext, invalidState, invalidUsage, KmsError } from './errors.ts';
import { readInput, type Body } from './input.ts';
import { encryptionAlgorithms, ENCRYPTION_ALGORITHMS, type EncryptionAlgorithm, type KeyUsage } from './key-specs.ts';
import { currentMaterial, requireState } from './key-state.ts';
import { findKey } from './look-up.ts';
import { privateKeyOf } from './material.ts';
import type { Key, Material } from './state.ts';

/** Looks up a key and checks that it can be used for an operation. @throws {KmsError} by state and usage */
export function requireUsable(key: Key, usage: KeyUsage, action: string): Key {
  requireState(key, 'Enabled');
  if (key.usage !== usage) throw invalidUsage(`${key.arn} key usage is ${key.usage} which is not valid for ${action}.`);
  return key;
}

/** The current material and its bytes. @throws {KmsError} KMSInvalidStateException */
export function presentMaterial(key: Key, material: Material | undefined): Material & { readonly bytes: Buffer } {
  if (material?.bytes === undefined) throw invalidState(`${key.arn} is pending import.`);
  return material as Material & { readonly bytes: Buffer };
}

/** EncryptionAlgorithm under `field`. @throws {KmsError} InvalidKeyUsageException if the key has another */
export function readAlgorithm(key: Key, body: Body, field = 'EncryptionAlgorithm'): EncryptionAlgorithm {
  const algorithm =
    readInput(body, (fields) => fields.optionalChoice(field, ENCRYPTION_ALGORITHMS)) ?? 'SYMMETRIC_DEFAULT';
  if (!encryptionAlgorithms(key.spec).includes(algorithm)) {
    throw invalidUsage(`Algorithm ${algorithm} and key spec ${key.spec} are incompatible.`);
  }
  return algorithm;
}

/** Encrypts bytes with the current material to a CiphertextBlob in base64. */
export function encryptWith(
  key: Key,
  algorithm: EncryptionAlgorithm,
  plaintext: Buffer,
  encryptionContext: EncryptionContext,
): string {
  const material = presentMaterial(key, currentMaterial(key));
  if (algorithm === 'SYMMETRIC_DEFAULT') {
    return seal({ id: key.id, materialId: material.id, bytes: material.bytes }, plaintext, encryptionContext).toString(
      'base64',
    );
  }
  refuseContext(encryptionContext);
  try {
    return publicEncrypt(oaep(createPublicKey(privateKeyOf(material.bytes)), algorithm), plaintext).toString('base64');
  } catch {
    throw invalid(`Plaintext is too long for ${algorithm} with ${key.spec}`);
  }
}

export interface Opened {
  readonly key: Key;
  readonly algorithm: EncryptionAlgorithm;
  readonly plaintext: Buffer;
  readonly material: Material;
}

/** Field names of Decrypt and ReEncrypt. */
export interface OpenFields {
  readonly keyId: string;
  readonly algorithm: string;
  readonly encryptionContext: string;
  readonly action: string;
}

/**
 * Decrypts the CiphertextBlob of a request.
 *
 * @throws {KmsError} IncorrectKeyException when KeyId is not the key that encrypted it;
 * InvalidCiphertextException
 */
export function openBlob(context: Context, body: Body, names: OpenFields): Opened {
  const { blob, encryptionContext } = readInput(body, (fields) => ({
    blob: fields.blob('CiphertextBlob', { min: 1, max: 6144 }),
    encryptionContext: fields.map(names.encryptionContext),
  }));
  const named = body[names.keyId] === undefined ? undefined : findKey(context, body, 'keysAndAliases', names.keyId);
  if (named !== undefined && named.spec !== 'SYMMETRIC_DEFAULT') {
    requireUsable(named, 'ENCRYPT_DECRYPT', names.action);
    const algorithm = readAlgorithm(named, body, names.algorithm);
    refuseContext(encryptionContext);
    const material = presentMaterial(named, currentMaterial(named));
    try {
      return {
        key: named,
        algorithm,
        material,
        plaintext: privateDecrypt(oaep(privateKeyOf(material.bytes), algorithm), blob),
      };
    } catch {
      throw invalidCiphertext();
    }
  }
  const sealed = parseCiphertext(blob);
  if (named !== undefined && named.id !== sealed.keyId) {
    throw new KmsError(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
  }
  const key = named ?? context.region.keys.get(sealed.keyId);
  // A blob of another Region, or of a deleted key, cannot be attributed to a key.
  if (key === undefined) throw invalidCiphertext();
  requireUsable(key, 'ENCRYPT_DECRYPT', names.action);
  const algorithm = readAlgorithm(key, body, names.algorithm);
  const material = key.materials.find(({ id }) => id === sealed.materialId);
  if (material === undefined) throw invalidCiphertext();
  const { bytes } = presentMaterial(key, material);
  return { key, algorithm, material, plaintext: open(bytes, sealed, encryptionContext) };
}

function refuseContext(encryptionContext: EncryptionContext): void {
  if (Object.keys(encryptionContext).length > 0) {
    throw invalid('EncryptionContext is not supported for asymmetric encryption algorithms');
  }
}

function oaep(key: KeyObject, algorithm: EncryptionAlgorithm): { key: KeyObject; padding: number; oaepHash: string } {
  const oaepHash = algorithm === 'RSAES_OAEP_SHA_1' ? 'sha1' : 'sha256';
  return { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash };
}
