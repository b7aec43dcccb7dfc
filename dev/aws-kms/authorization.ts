import { KmsError } from './errors.ts';
import type { Body } from './input.ts';
import { arnOf } from './look-up.ts';
import { aliasArn, type RegionState } from './state.ts';

export interface Principal {
  readonly accessKeyId: string;
  /** Actions without `kms:`. @default all */
  readonly allow?: readonly string[] | undefined;
}

/** Name of the IAM user. Error messages include it, so it does not reveal the access key. */
const USER = 'application';

/** One permission that a call needs. */
interface Permission {
  readonly action: string;
  readonly resource: string;
}

/** @throws {KmsError} AccessDeniedException with AWS's message, if no identity-based policy allows the action */
export function authorize(principal: Principal, region: RegionState, action: string, body: Body): void {
  if (principal.allow === undefined) return;
  for (const { action: needed, resource } of permissionsOf(region, action, body)) {
    if (principal.allow.includes(needed)) continue;
    throw new KmsError(
      'AccessDeniedException',
      `User: arn:aws:iam::${region.account}:user/${USER} is not authorized to perform: kms:${needed} on ` +
        `resource: ${resource} because no identity-based policy allows the kms:${needed} action`,
    );
  }
}

function permissionsOf(region: RegionState, action: string, body: Body): readonly Permission[] {
  const key = arnOf({ region }, body['KeyId']);
  const name = body['AliasName'];
  switch (action) {
    case 'CreateKey':
      return withTagging(body, [{ action, resource: '*' }], '*');
    case 'ListKeys':
    case 'ListAliases':
    case 'GenerateRandom':
      return [{ action, resource: '*' }];
    case 'CreateAlias':
    case 'UpdateAlias':
    case 'DeleteAlias':
      return [{ action, resource: typeof name === 'string' ? aliasArn(region, name) : '*' }];
    case 'ReEncrypt':
      return [
        { action: 'ReEncryptFrom', resource: arnOf({ region }, body['SourceKeyId']) },
        { action: 'ReEncryptTo', resource: arnOf({ region }, body['DestinationKeyId']) },
      ];
    case 'ReplicateKey':
      return withTagging(
        body,
        [
          { action, resource: key },
          { action: 'CreateKey', resource: '*' },
        ],
        key,
      );
    default:
      return [{ action, resource: key }];
  }
}

/** Tags in the request also require kms:TagResource. */
function withTagging(body: Body, permissions: readonly Permission[], resource: string): readonly Permission[] {
  const tags = body['Tags'];
  if (!Array.isArray(tags) || tags.length === 0) return permissions;
  return [...permissions, { action: 'TagResource', resource }];
}
