import type { Context } from './context.ts';
import { invalid, invalidState } from './errors.ts';
import type { Fields } from './input.ts';
import { isPermanent, replicasOf } from './key-state.ts';
import { incorrect, materialId, newMaterial } from './material.ts';
import type { Key, Material } from './state.ts';

/** How ImportKeyMaterial relates the material to what the key has already. */
export interface ImportKind {
  readonly type: 'NEW_KEY_MATERIAL' | 'EXISTING_KEY_MATERIAL' | undefined;
  readonly id: string | undefined;
  readonly description: string | undefined;
}

export function readImportKind(fields: Fields): ImportKind {
  const type = fields.optionalChoice('ImportType', ['NEW_KEY_MATERIAL', 'EXISTING_KEY_MATERIAL']);
  const id = fields.optionalText('KeyMaterialId', { pattern: /^[a-f0-9]{64}$/ });
  const description = fields.optionalText('KeyMaterialDescription', { max: 256 });
  if (type === 'NEW_KEY_MATERIAL' && id !== undefined) {
    throw invalid('A KeyMaterialId may not be set if the ImportType is NEW_KEY_MATERIAL');
  }
  return { type, id, description };
}

/**
 * Associates imported bytes with a key: restores them, or adds them as pending until RotateKeyOnDemand.
 *
 * @throws {KmsError} IncorrectKeyMaterialException for other bytes than before; KMSInvalidStateException while other
 * new material is pending
 */
export function associate(context: Context, key: Key, bytes: Buffer, kind: ImportKind): Material {
  const symmetric = key.spec === 'SYMMETRIC_DEFAULT';
  if (!symmetric && (kind.type ?? kind.id ?? kind.description) !== undefined) {
    throw invalid('ImportType, KeyMaterialId and KeyMaterialDescription are for symmetric encryption keys only');
  }
  const id = materialId(key.id, bytes);
  if (kind.id !== undefined && kind.id !== id) throw incorrect();
  const known = key.materials.find((material) => material.id === id);
  const type = kind.type ?? (key.materials.length === 0 ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL');
  const material = type === 'NEW_KEY_MATERIAL' ? addNew(context, key, bytes, known) : known;
  if (material === undefined) throw incorrect();
  // Restoring missing material enables the key; otherwise the state does not change.
  if (key.materials.some((present) => isPermanent(present) && present.bytes === undefined)) key.enabled = true;
  material.bytes = bytes;
  material.description = kind.description ?? material.description;
  completeMultiRegion(context, key, material.id);
  return material;
}

function addNew(context: Context, key: Key, bytes: Buffer, known: Material | undefined): Material {
  if (key.materials.length === 0) {
    const first = newMaterial(key, bytes, 'CURRENT');
    key.materials.push(first);
    key.enabled = true;
    return first;
  }
  if (known !== undefined && isPermanent(known)) throw incorrect();
  const waiting = key.materials.find((material) => !isPermanent(material));
  if (waiting !== undefined && waiting !== known) {
    throw invalidState(
      `New key material (id: ${materialId(key.id, bytes)}) cannot be imported into KMS key ${key.arn}, ` +
        `because another key material (id: ${waiting.id}) is pending rotation.`,
    );
  }
  if (known !== undefined) return known;
  if (key.region !== key.primaryRegion) throw invalid('New key material is imported in the primary key first');
  const replicas = replicasOf(context.account, key);
  const status = replicas.length === 0 ? 'PENDING_ROTATION' : 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
  const added = newMaterial(key, bytes, status);
  key.materials.push(added);
  for (const replica of replicas) replica.materials.push({ ...added, bytes: undefined });
  return added;
}

/** New material can rotate once the primary and all replicas have it. */
function completeMultiRegion(context: Context, key: Key, id: string): void {
  const copies = context.account
    .all()
    .flatMap((region) => region.keys.get(key.id) ?? [])
    .map((copy) => copy.materials.find((material) => material.id === id));
  const waiting = copies.flatMap((copy) => (copy?.status === 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION' ? [copy] : []));
  if (waiting.length === 0 || copies.some((copy) => copy?.bytes === undefined)) return;
  for (const copy of waiting) copy.status = 'PENDING_ROTATION';
}
