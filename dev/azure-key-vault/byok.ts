import type { KeyObject } from 'node:crypto';
import { openRsaAesKeyWrap } from '../fake-cloud/unwrap.ts';
import { badParameter } from './errors.ts';
import { readBytes, readObject, readText, type Json } from './input.ts';
import { findVersion } from './look-up.ts';
import type { VaultContext } from './state.ts';

/**
 * Opens a key transfer blob (BYOK specification): JSON that names the key exchange key, which wraps the material with
 * CKM_RSA_AES_KEY_WRAP, OAEP with SHA-1.
 *
 * @param blob the whole `.byok` file
 * @returns what `material` makes of the bytes that were wrapped, which are overwritten after it
 * @throws {KeyVaultError} BadParameter
 */
export function openTransferBlob(
  context: VaultContext,
  blob: Buffer,
  material: (bytes: Buffer) => KeyObject,
): KeyObject {
  const { kid, ciphertext } = readTransferBlob(blob);
  const bytes = unwrap(exchangeKey(context, kid), ciphertext);
  try {
    return material(bytes);
  } finally {
    bytes.fill(0);
  }
}

function readTransferBlob(blob: Buffer): { readonly kid: string; readonly ciphertext: Buffer } {
  const file = parse(blob);
  if (file['schema_version'] !== '1.0.0') throw badParameter('The key transfer blob has an unknown schema_version.');
  const header = readObject(file['header'], 'header');
  if (header['alg'] !== 'dir') throw badParameter("The header of the key transfer blob must have alg 'dir'.");
  if (header['enc'] !== 'CKM_RSA_AES_KEY_WRAP') {
    throw badParameter("The header of the key transfer blob must have enc 'CKM_RSA_AES_KEY_WRAP'.");
  }
  if (file['generator'] !== undefined) readText(file, 'generator');
  return { kid: readText(header, 'kid'), ciphertext: readBytes(file, 'ciphertext') };
}

function parse(blob: Buffer): Json {
  let value: unknown;
  try {
    value = JSON.parse(blob.toString('utf8'));
  } catch {
    throw badParameter('key_hsm is not a key transfer blob.');
  }
  return readObject(value, 'key_hsm');
}

/** The private half of a key exchange key of the same vault. @param kid its identifier with a version */
function exchangeKey(context: VaultContext, kid: string): KeyObject {
  const prefix = `${context.url}/keys/`;
  const [name, id, ...rest] = kid.startsWith(prefix) ? kid.slice(prefix.length).split('/') : [];
  if (name === undefined || id === undefined || rest.length > 0) {
    throw badParameter(`The kid of the key transfer blob is not a key version of this vault: ${kid}`);
  }
  const version = findVersion(context, name, id);
  if (version.kty !== 'RSA-HSM' || version.keyOps.join() !== 'import') {
    throw badParameter(`The key ${kid} is not a key exchange key: it must be RSA-HSM with key_ops import.`);
  }
  if (!version.enabled) throw badParameter(`The key exchange key ${kid} is disabled.`);
  return version.material;
}

function unwrap(privateKey: KeyObject, ciphertext: Buffer): Buffer {
  try {
    return openRsaAesKeyWrap(privateKey, 'sha1', ciphertext);
  } catch {
    throw badParameter('The ciphertext of the key transfer blob was not wrapped to its key exchange key.');
  }
}
