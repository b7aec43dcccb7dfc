import { epochSeconds, type Context, type Output } from './context.ts';
import { encryptionAlgorithms, specFacts } from './key-specs.ts';
import { currentMaterial, isPermanent, replicasOf, stateOf } from './key-state.ts';
import { keyArn, type Key } from './state.ts';

/** KeyMetadata, as returned by CreateKey, DescribeKey and ReplicateKey. */
export function keyMetadata(context: Context, key: Key): NonNullable<Output> {
  const state = stateOf(key);
  return {
    AWSAccountId: context.account.id,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: epochSeconds(key.createdAt),
    Enabled: state === 'Enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: state,
    Origin: key.origin,
    KeyManager: 'CUSTOMER',
    KeySpec: key.spec,
    CustomerMasterKeySpec: key.spec,
    ...algorithms(key),
    ...expiry(key),
    ...currentId(key),
    ...(key.deletionAt === undefined ? {} : { DeletionDate: epochSeconds(key.deletionAt) }),
    ...(key.deletionDays === undefined ? {} : { PendingDeletionWindowInDays: key.deletionDays }),
    MultiRegion: key.multiRegion,
    ...(key.multiRegion ? { MultiRegionConfiguration: multiRegion(context, key) } : {}),
  };
}

function algorithms(key: Key): NonNullable<Output> {
  switch (key.usage) {
    case 'ENCRYPT_DECRYPT':
      return { EncryptionAlgorithms: encryptionAlgorithms(key.spec) };
    case 'SIGN_VERIFY':
      return { SigningAlgorithms: specFacts(key.spec).signing };
    case 'GENERATE_VERIFY_MAC':
      return { MacAlgorithms: specFacts(key.spec).mac };
    case 'KEY_AGREEMENT':
      return { KeyAgreementAlgorithms: ['ECDH'] };
  }
}

// ValidTo is the earliest of any material that is part of the key.
function expiry(key: Key): NonNullable<Output> {
  if (key.origin !== 'EXTERNAL') return {};
  const present = key.materials.filter((material) => isPermanent(material) && material.bytes !== undefined);
  if (present.length === 0) return {};
  const times = present.flatMap((material) => material.validTo ?? []);
  if (times.length === 0) return { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
  return { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: epochSeconds(Math.min(...times)) };
}

function currentId(key: Key): NonNullable<Output> {
  const current = currentMaterial(key);
  return key.spec === 'SYMMETRIC_DEFAULT' && current !== undefined ? { CurrentKeyMaterialId: current.id } : {};
}

function multiRegion(context: Context, key: Key): NonNullable<Output> {
  const place = (region: string): NonNullable<Output> => ({
    Arn: keyArn(context.account.region(region), key.id),
    Region: region,
  });
  return {
    MultiRegionKeyType: key.region === key.primaryRegion ? 'PRIMARY' : 'REPLICA',
    PrimaryKey: place(key.primaryRegion),
    ReplicaKeys: replicasOf(context.account, key).map((replica) => place(replica.region)),
  };
}
