import { createHash, randomBytes } from 'node:crypto';
import { epochSeconds, type Context, type Operations } from './context.ts';
import { invalid, KmsError } from './errors.ts';
import { associate, readImportKind } from './associate.ts';
import { readInput, type Fields } from './input.ts';
import {
  currentMaterial,
  DAY,
  dropMaterial,
  isPermanent,
  replicasOf,
  requireExternal,
  requireState,
} from './key-state.ts';
import { findKey } from './look-up.ts';
import { checkMaterial } from './material.ts';
import type { ImportParameters, Key, Material } from './state.ts';
import { assertWrappingFits, unwrap, WRAPPING_ALGORITHMS, WRAPPING_KEY_SPECS } from './wrapping.ts';

const MAX_VALIDITY = 365 * DAY;

export const importOperations: Operations = {
  async GetParametersForImport(context, body) {
    const { algorithm, spec } = readInput(body, (fields) => ({
      algorithm: fields.choice('WrappingAlgorithm', WRAPPING_ALGORITHMS),
      spec: fields.choice('WrappingKeySpec', WRAPPING_KEY_SPECS),
    }));
    const key = findKey(context, body);
    requireExternal(key);
    requireState(key, 'Enabled', 'Disabled', 'PendingImport');
    assertWrappingFits(key.spec, algorithm, spec);
    key.tokensMade += 1;
    const pair = await context.wrappingKeys.take(Number(spec.slice('RSA_'.length)), key.tokensMade);
    const token = randomBytes(256);
    const validTo = context.now + DAY;
    context.region.tokens.set(fingerprint(token), {
      keyArn: key.arn,
      algorithm,
      privateKey: pair.privateKey,
      validTo,
    });
    return {
      KeyId: key.arn,
      ImportToken: token.toString('base64'),
      PublicKey: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      ParametersValidTo: epochSeconds(validTo),
    };
  },

  ImportKeyMaterial(context, body) {
    const input = readInput(body, (fields) => ({
      token: fields.blob('ImportToken', { min: 1, max: 6144 }),
      wrapped: fields.blob('EncryptedKeyMaterial', { min: 1, max: 6144 }),
      validTo: readValidTo(fields, context.now),
      kind: readImportKind(fields),
    }));
    const key = findKey(context, body);
    requireExternal(key);
    requireState(key, 'Enabled', 'Disabled', 'PendingImport');
    const { algorithm, privateKey } = redeem(context, key, input.token);
    const bytes = unwrap(algorithm, privateKey, input.wrapped);
    checkMaterial(key.spec, bytes);
    const material = associate(context, key, bytes, input.kind);
    material.validTo = input.validTo;
    return { KeyId: key.arn, ...(key.spec === 'SYMMETRIC_DEFAULT' ? { KeyMaterialId: material.id } : {}) };
  },

  DeleteImportedKeyMaterial(context, body) {
    const id = readInput(body, (fields) => fields.optionalText('KeyMaterialId', { pattern: /^[a-f0-9]{64}$/ }));
    const key = findKey(context, body);
    requireExternal(key);
    const material = id === undefined ? currentMaterial(key) : key.materials.find((candidate) => candidate.id === id);
    if (id !== undefined && material === undefined) {
      throw new KmsError('NotFoundException', `Key material with id ${id} is not found for key ${key.arn}.`);
    }
    if (material !== undefined) dropEverywhere(context, key, material);
    return {
      KeyId: key.arn,
      ...(key.spec === 'SYMMETRIC_DEFAULT' && material !== undefined ? { KeyMaterialId: material.id } : {}),
    };
  },
};

/** ExpirationModel with its default, and ValidTo in milliseconds: at most 365 days ahead. */
function readValidTo(fields: Fields, now: number): number | undefined {
  const model =
    fields.optionalChoice('ExpirationModel', ['KEY_MATERIAL_EXPIRES', 'KEY_MATERIAL_DOES_NOT_EXPIRE']) ??
    'KEY_MATERIAL_EXPIRES';
  const validTo = fields.optionalTime('ValidTo');
  if (model === 'KEY_MATERIAL_DOES_NOT_EXPIRE') {
    if (validTo !== undefined) {
      throw invalid('A validTo date may not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE');
    }
    return undefined;
  }
  if (validTo === undefined) {
    throw invalid('A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES');
  }
  if (validTo <= now) throw invalid('The validTo date must be in the future');
  if (validTo > now + MAX_VALIDITY) throw invalid('The validTo date must be within 365 days');
  return validTo;
}

/** Deletes pending material of a primary from its replicas, too; permanently associated material stays. */
function dropEverywhere(context: Context, key: Key, material: Material): void {
  const pending = !isPermanent(material) && key.region === key.primaryRegion;
  dropMaterial(key, material);
  for (const replica of pending ? replicasOf(context.account, key) : []) {
    const copy = replica.materials.find(({ id }) => id === material.id);
    if (copy !== undefined) dropMaterial(replica, copy);
  }
}

/** @throws {KmsError} InvalidImportTokenException, ExpiredImportTokenException */
function redeem(context: Context, key: Key, token: Buffer): ImportParameters {
  const parameters = context.region.tokens.get(fingerprint(token));
  if (parameters?.keyArn !== key.arn) throw new KmsError('InvalidImportTokenException', '');
  if (parameters.validTo <= context.now) throw new KmsError('ExpiredImportTokenException', '');
  return parameters;
}

function fingerprint(token: Buffer): string {
  return createHash('sha256').update(token).digest('hex');
}
