import { parseCiphertext } from './ciphertext.ts';
import { conditionKeys } from './condition-keys.ts';
import { KmsError } from './errors.ts';
import { isAllowed, type IamPolicy } from './iam-policy.ts';
import type { Body } from './input.ts';
import { arnOf } from './look-up.ts';
import { aliasArn, keyArn, type Key, type RegionState } from './state.ts';

export interface Principal {
  readonly accessKeyId: string;
  /** Actions without `kms:`. @default all */
  readonly allow?: readonly string[] | undefined;
  /** The user's policy, with resources and conditions. @default none but `allow` */
  readonly policy?: IamPolicy | undefined;
}

/** Name of the IAM user. Error messages include it, so it does not reveal the access key. */
const USER = 'application';

/** One permission that a call needs. */
interface Permission {
  readonly action: string;
  /** As the error says it. */
  readonly resource: string;
  /** What a policy has to match, where that is something else. */
  readonly matched?: string;
  /** The KMS key that is the resource, where it exists. */
  readonly key?: Key | undefined;
}

/** @throws {KmsError} AccessDeniedException with AWS's message, if no identity-based policy allows the action */
export function authorize(principal: Principal, region: RegionState, action: string, body: Body): void {
  const { allow, policy } = principal;
  for (const { action: needed, resource, matched = resource, key } of permissionsOf(region, action, body)) {
    const request = {
      action: `kms:${needed}`,
      resource: matched,
      context: conditionKeys(region, needed, body, key),
    };
    if ((allow === undefined || allow.includes(needed)) && (policy === undefined || isAllowed(policy, request)))
      continue;
    throw new KmsError(
      'AccessDeniedException',
      `User: arn:aws:iam::${region.account}:user/${USER} is not authorized to perform: kms:${needed} on ` +
        `resource: ${resource} because no identity-based policy allows the kms:${needed} action`,
    );
  }
}

function permissionsOf(region: RegionState, action: string, body: Body): readonly Permission[] {
  const on = (field: string, otherwise?: () => string | undefined): Permission => {
    const resource = arnOf({ region }, body[field] ?? otherwise?.());
    return { action, resource, key: region.keys.get(resource.split(':key/')[1] ?? '') };
  };
  const key = on('KeyId');
  const name = body['AliasName'];
  const alias = { action, resource: typeof name === 'string' ? aliasArn(region, name) : '*' };
  switch (action) {
    case 'CreateKey':
      return withTagging(body, [{ action, resource: '*' }], { resource: '*', matched: keyArn(region, '*') });
    case 'ListKeys':
    case 'ListAliases':
    case 'GenerateRandom':
      return [{ action, resource: '*' }];
    // The alias, and each KMS key that it points to before or after (Developer Guide, "Controlling access to aliases").
    case 'CreateAlias':
      return [alias, on('TargetKeyId')];
    case 'UpdateAlias':
      return [alias, on('TargetKeyId'), on('AliasName')];
    case 'DeleteAlias':
      return [alias, on('AliasName')];
    case 'Decrypt':
      return [on('KeyId', () => encryptedBy(body))];
    case 'ReEncrypt':
      return [
        { ...on('SourceKeyId', () => encryptedBy(body)), action: 'ReEncryptFrom' },
        { ...on('DestinationKeyId'), action: 'ReEncryptTo' },
      ];
    case 'ReplicateKey':
      return withTagging(body, [key, { action: 'CreateKey', resource: '*' }], key);
    default:
      return [key];
  }
}

/** The KMS key that a symmetric ciphertext names. */
function encryptedBy({ CiphertextBlob: blob }: Body): string | undefined {
  return typeof blob === 'string' ? parseCiphertext(Buffer.from(blob, 'base64')).keyId : undefined;
}

/** Tags in the request also require kms:TagResource. */
function withTagging(
  body: Body,
  permissions: readonly Permission[],
  resource: Omit<Permission, 'action'>,
): readonly Permission[] {
  const tags = body['Tags'];
  if (!Array.isArray(tags) || tags.length === 0) return permissions;
  return [...permissions, { ...resource, action: 'TagResource' }];
}
