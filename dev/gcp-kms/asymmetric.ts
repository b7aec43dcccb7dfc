import { constants, createHash, createPublicKey, privateDecrypt } from 'node:crypto';
import { factsOf } from './algorithms.ts';
import type { Operation } from './context.ts';
import { crc32c } from './crc32c.ts';
import { ALGORITHMS, PROTECTION_LEVELS } from './enums.ts';
import { invalidArgument } from './errors.ts';
import { isObject, readInput } from './input.ts';
import { findVersion } from './look-up.ts';
import { keyOf } from './material.ts';
import { signDigest } from './sign-digest.ts';
import { assertPurpose, materialToUse, verifyChecksum } from './usable.ts';

export const getPublicKey: Operation = (context, { name }) => {
  context.authorize('cloudkms.cryptoKeyVersions.viewPublicKey', name);
  const { key, version } = findVersion(context, name);
  assertPurpose(key, 'ASYMMETRIC_SIGN', 'ASYMMETRIC_DECRYPT');
  const pem = createPublicKey(keyOf(materialToUse(version))).export({ format: 'pem', type: 'spki' });
  return {
    pem,
    pemCrc32c: String(crc32c(Buffer.from(pem))),
    algorithm: context.show(ALGORITHMS, version.algorithm),
    name,
    protectionLevel: context.show(PROTECTION_LEVELS, version.protectionLevel),
  };
};

export const asymmetricSign: Operation = (context, { name, body }) => {
  const { digest, data, digestCrc32c, dataCrc32c } = readInput(
    body,
    (fields) => ({
      digest: fields.object('digest'),
      data: fields.bytes('data'),
      digestCrc32c: fields.integer('digestCrc32c'),
      dataCrc32c: fields.integer('dataCrc32c'),
    }),
    ['name'],
  );
  context.authorize('cloudkms.cryptoKeyVersions.useToSign', name);
  const { key, version } = findVersion(context, name);
  assertPurpose(key, 'ASYMMETRIC_SIGN');
  const facts = factsOf(version.algorithm);
  if (facts.kind === 'aes') throw invalidArgument('The key is no signing key.');
  if ((digest === undefined) === (data === undefined)) throw invalidArgument('Either digest or data must be given.');
  if (data !== undefined) verifyChecksum('data', data, dataCrc32c);
  const used = data === undefined ? readDigest(digest, facts.hash) : createHash(facts.hash).update(data).digest();
  if (digest !== undefined) verifyChecksum('digest', used, digestCrc32c);
  const signature = signDigest(facts, keyOf(materialToUse(version)), used);
  return {
    signature: signature.toString('base64'),
    signatureCrc32c: String(crc32c(signature)),
    ...(digestCrc32c !== undefined && { verifiedDigestCrc32c: true }),
    ...(dataCrc32c !== undefined && { verifiedDataCrc32c: true }),
    name,
    protectionLevel: context.show(PROTECTION_LEVELS, version.protectionLevel),
  };
};

function readDigest(digest: unknown, hash: string): Buffer {
  const read = readInput(isObject(digest) ? digest : {}, (fields) => ({
    sha256: fields.bytes('sha256'),
    sha384: fields.bytes('sha384'),
    sha512: fields.bytes('sha512'),
  }));
  const bytes = (read as Readonly<Record<string, Buffer | undefined>>)[hash];
  if (bytes?.length !== Number(hash.slice(3)) / 8)
    throw invalidArgument(`The digest must be of ${hash.toUpperCase()}.`);
  return bytes;
}

export const asymmetricDecrypt: Operation = (context, { name, body }) => {
  const { ciphertext, ciphertextCrc32c } = readInput(
    body,
    (fields) => ({
      ciphertext: fields.bytes('ciphertext') ?? Buffer.alloc(0),
      ciphertextCrc32c: fields.integer('ciphertextCrc32c'),
    }),
    ['name'],
  );
  context.authorize('cloudkms.cryptoKeyVersions.useToDecrypt', name);
  const { key, version } = findVersion(context, name);
  assertPurpose(key, 'ASYMMETRIC_DECRYPT');
  verifyChecksum('ciphertext', ciphertext, ciphertextCrc32c);
  const facts = factsOf(version.algorithm);
  const privateKey = keyOf(materialToUse(version));
  const oaepHash = facts.kind === 'aes' ? 'sha256' : facts.hash;
  let plaintext: Buffer;
  try {
    plaintext = privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, ciphertext);
  } catch {
    throw invalidArgument('The ciphertext is invalid.');
  }
  return {
    plaintext: plaintext.toString('base64'),
    plaintextCrc32c: String(crc32c(plaintext)),
    ...(ciphertextCrc32c !== undefined && { verifiedCiphertextCrc32c: true }),
    protectionLevel: context.show(PROTECTION_LEVELS, version.protectionLevel),
  };
};
