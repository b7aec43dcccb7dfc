import { randomBytes } from 'node:crypto';
import type { Context, Operations, Output } from './context.ts';
import { encryptWith, openBlob, readAlgorithm, requireUsable } from './encryption.ts';
import { invalid, invalidUsage } from './errors.ts';
import { readInput, type Body } from './input.ts';
import { currentMaterial } from './key-state.ts';
import { findKey } from './look-up.ts';
import type { Key, Material } from './state.ts';

const DECRYPT = {
  keyId: 'KeyId',
  algorithm: 'EncryptionAlgorithm',
  encryptionContext: 'EncryptionContext',
  action: 'Decrypt',
};
const RE_ENCRYPT_FROM = {
  keyId: 'SourceKeyId',
  algorithm: 'SourceEncryptionAlgorithm',
  encryptionContext: 'SourceEncryptionContext',
  action: 'ReEncrypt',
};

export const encryptOperations: Operations = {
  Encrypt(context, body) {
    const { plaintext, encryptionContext } = readInput(body, (fields) => ({
      plaintext: fields.blob('Plaintext', { min: 1, max: 4096 }),
      encryptionContext: fields.map('EncryptionContext'),
    }));
    const key = requireUsable(findKey(context, body, 'keysAndAliases'), 'ENCRYPT_DECRYPT', 'Encrypt');
    const algorithm = readAlgorithm(key, body);
    return {
      CiphertextBlob: encryptWith(key, algorithm, plaintext, encryptionContext),
      KeyId: key.arn,
      EncryptionAlgorithm: algorithm,
    };
  },

  Decrypt(context, body) {
    const { key, algorithm, plaintext, material } = openBlob(context, body, DECRYPT);
    return {
      KeyId: key.arn,
      Plaintext: plaintext.toString('base64'),
      EncryptionAlgorithm: algorithm,
      ...materialIdOf(key, material),
    };
  },

  ReEncrypt(context, body) {
    const encryptionContext = readInput(body, (fields) => fields.map('DestinationEncryptionContext'));
    const source = openBlob(context, body, RE_ENCRYPT_FROM);
    const destination = findKey(context, body, 'keysAndAliases', 'DestinationKeyId');
    requireUsable(destination, 'ENCRYPT_DECRYPT', 'ReEncrypt');
    const algorithm = readAlgorithm(destination, body, 'DestinationEncryptionAlgorithm');
    return {
      CiphertextBlob: encryptWith(destination, algorithm, source.plaintext, encryptionContext),
      SourceKeyId: source.key.arn,
      KeyId: destination.arn,
      SourceEncryptionAlgorithm: source.algorithm,
      DestinationEncryptionAlgorithm: algorithm,
    };
  },

  GenerateDataKey(context, body) {
    const { plaintext, answer } = dataKey(context, body, 'GenerateDataKey');
    return { ...answer, Plaintext: plaintext.toString('base64') };
  },

  GenerateDataKeyWithoutPlaintext: (context, body) => dataKey(context, body, 'GenerateDataKeyWithoutPlaintext').answer,

  GenerateRandom(_context, body) {
    const length = readInput(body, (fields) => fields.optionalInteger('NumberOfBytes', 1, 1024));
    if (length === undefined) throw invalid('NumberOfBytes is required');
    return { Plaintext: randomBytes(length).toString('base64') };
  },
};

function dataKey(
  context: Context,
  body: Body,
  action: string,
): { readonly plaintext: Buffer; readonly answer: NonNullable<Output> } {
  const { spec, bytes, encryptionContext } = readInput(body, (fields) => ({
    spec: fields.optionalChoice('KeySpec', ['AES_128', 'AES_256']),
    bytes: fields.optionalInteger('NumberOfBytes', 1, 1024),
    encryptionContext: fields.map('EncryptionContext'),
  }));
  if ((spec === undefined) === (bytes === undefined)) {
    throw invalid('Please specify either number of bytes or key spec.');
  }
  const key = requireUsable(findKey(context, body, 'keysAndAliases'), 'ENCRYPT_DECRYPT', action);
  if (key.spec !== 'SYMMETRIC_DEFAULT') {
    throw invalidUsage(`${key.arn} key spec is ${key.spec} which is not valid for ${action}.`);
  }
  const plaintext = randomBytes(bytes ?? (spec === 'AES_128' ? 16 : 32));
  return {
    plaintext,
    answer: {
      CiphertextBlob: encryptWith(key, 'SYMMETRIC_DEFAULT', plaintext, encryptionContext),
      KeyId: key.arn,
      ...materialIdOf(key, currentMaterial(key)),
    },
  };
}

function materialIdOf(key: Key, material: Material | undefined): NonNullable<Output> {
  return key.spec === 'SYMMETRIC_DEFAULT' && material !== undefined ? { KeyMaterialId: material.id } : {};
}
