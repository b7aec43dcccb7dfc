import type { Body } from './input.ts';
import type { Key, RegionState } from './state.ts';

/** Values by the name of a condition key. */
export type ConditionKeys = Readonly<Record<string, readonly string[]>>;

/**
 * The condition keys that a request has for one of its resources (Developer Guide, "AWS KMS condition keys"). A parameter
 * that the request leaves out has its default.
 *
 * @param key the KMS key that is the resource; undefined for an alias, `*`, and a KMS key that does not exist
 */
export function conditionKeys(region: RegionState, action: string, body: Body, key: Key | undefined): ConditionKeys {
  return { ...(key && keyConditions(region, key)), ...requestConditions(action, body) };
}

function keyConditions(region: RegionState, key: Key): ConditionKeys {
  const aliases = [...region.aliases.values()].filter(({ keyId }) => keyId === key.id);
  return {
    'kms:KeyOrigin': [key.origin],
    'kms:KeySpec': [key.spec],
    'kms:KeyUsage': [key.usage],
    'kms:ResourceAliases': aliases.map(({ name }) => name),
    ...prefixed('aws:ResourceTag/', key.tags),
  };
}

function requestConditions(action: string, body: Body): ConditionKeys {
  const text = (name: string, otherwise?: string): readonly string[] => {
    const value = body[name] ?? otherwise;
    return typeof value === 'string' ? [value] : [];
  };
  const [alias] = /alias\/.+$/.exec(text('KeyId')[0] ?? '') ?? [];
  switch (action) {
    case 'CreateKey':
      return {
        'kms:KeyOrigin': text('Origin', 'AWS_KMS'),
        'kms:KeySpec': text('KeySpec', 'SYMMETRIC_DEFAULT'),
        'kms:KeyUsage': text('KeyUsage', 'ENCRYPT_DECRYPT'),
        ...requestTags(body),
      };
    case 'TagResource':
      return requestTags(body);
    case 'GetParametersForImport':
      return { 'kms:WrappingAlgorithm': text('WrappingAlgorithm'), 'kms:WrappingKeySpec': text('WrappingKeySpec') };
    case 'ImportKeyMaterial':
      return { 'kms:ExpirationModel': text('ExpirationModel', 'KEY_MATERIAL_EXPIRES') };
    default:
      return alias === undefined ? {} : { 'kms:RequestAlias': [alias] };
  }
}

function requestTags(body: Body): ConditionKeys {
  const list = Array.isArray(body['Tags']) ? (body['Tags'] as readonly Readonly<Record<string, unknown>>[]) : [];
  const tags = list.map(({ TagKey, TagValue }) => [String(TagKey), String(TagValue)] as const);
  return { ...prefixed('aws:RequestTag/', tags), 'aws:TagKeys': tags.map(([name]) => name) };
}

function prefixed(prefix: string, tags: Iterable<readonly [string, string]>): ConditionKeys {
  return Object.fromEntries([...tags].map(([name, value]) => [`${prefix}${name}`, [value]]));
}
