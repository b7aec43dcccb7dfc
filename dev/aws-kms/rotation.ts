import { epochSeconds, type Operations, type Output } from './context.ts';
import { invalidState, limitExceeded, unsupported } from './errors.ts';
import { readInput } from './input.ts';
import { isPermanent, requireState } from './key-state.ts';
import { findKey } from './look-up.ts';
import { generateMaterial, newMaterial } from './material.ts';
import { page, readPage } from './pages.ts';
import type { Key, Material } from './state.ts';

const MAX_ROTATIONS = 25;

export const rotationOperations: Operations = {
  /** Takes effect immediately; in AWS, rotation is asynchronous. The response and the final state are the same. */
  RotateKeyOnDemand(context, body) {
    const key = findKey(context, body);
    requireSymmetric(key);
    requireState(key, 'Enabled');
    if (key.region !== key.primaryRegion) throw unsupported(`${key.arn} is a replica; rotate its primary key.`);
    if (key.materials.filter(({ rotatedAt }) => rotatedAt !== undefined).length >= MAX_ROTATIONS) {
      throw limitExceeded(
        'The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key.',
      );
    }
    if (key.origin === 'AWS_KMS') key.materials.push(newMaterial(key, generateMaterial(key.spec), 'PENDING_ROTATION'));
    const pending = key.materials.find(({ status }) => status === 'PENDING_ROTATION');
    if (pending === undefined) {
      throw invalidState(`No available key material pending rotation for the key: ${key.arn}.`);
    }
    for (const region of context.account.all()) {
      const copy = region.keys.get(key.id);
      if (copy !== undefined) makeCurrent(copy, pending.id, context.now);
    }
    return { KeyId: key.arn };
  },

  GetKeyRotationStatus(context, body) {
    const key = findKey(context, body);
    return { KeyId: key.arn, KeyRotationEnabled: false };
  },

  ListKeyRotations(context, body) {
    const { request, all } = readInput(body, (fields) => ({
      request: readPage(fields, 100, 1000),
      all: fields.optionalChoice('IncludeKeyMaterial', ['ALL_KEY_MATERIAL', 'ROTATIONS_ONLY']) === 'ALL_KEY_MATERIAL',
    }));
    const key = findKey(context, body);
    requireSymmetric(key);
    // In order of import, because markers need a sortable ID.
    const numbered = key.materials.map((material, index) => ({ material, id: String(index).padStart(4, '0') }));
    const { items, rest } = page(
      numbered.filter(({ material }) => all || material.rotatedAt !== undefined),
      ({ id }) => id,
      request,
    );
    return { Rotations: items.map(({ material }) => rotationEntry(key, material)), ...rest };
  },
};

function makeCurrent(key: Key, id: string, now: number): void {
  for (const material of key.materials) {
    if (material.id === id) {
      material.status = 'CURRENT';
      material.rotatedAt = now;
    } else if (isPermanent(material)) {
      material.status = 'NON_CURRENT';
    }
  }
}

function requireSymmetric(key: Key): void {
  if (key.spec !== 'SYMMETRIC_DEFAULT') throw unsupported(`${key.arn} is not a symmetric encryption key.`);
}

function rotationEntry(key: Key, material: Material): NonNullable<Output> {
  const { id, description, bytes, validTo, status, rotatedAt } = material;
  return {
    KeyId: key.arn,
    KeyMaterialId: id,
    KeyMaterialState: status,
    ...(description === undefined ? {} : { KeyMaterialDescription: description }),
    ...(key.origin === 'EXTERNAL' ? { ImportState: bytes === undefined ? 'PENDING_IMPORT' : 'IMPORTED' } : {}),
    ...(key.origin === 'EXTERNAL' && bytes !== undefined
      ? { ExpirationModel: validTo === undefined ? 'KEY_MATERIAL_DOES_NOT_EXPIRE' : 'KEY_MATERIAL_EXPIRES' }
      : {}),
    ...(validTo === undefined ? {} : { ValidTo: epochSeconds(validTo) }),
    ...(rotatedAt === undefined ? {} : { RotationDate: epochSeconds(rotatedAt), RotationType: 'ON_DEMAND' }),
  };
}
