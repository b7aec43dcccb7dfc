import { startOf } from './create-key.ts';
import type { Operations } from './context.ts';
import { KmsError, unsupported } from './errors.ts';
import { readInput } from './input.ts';
import { keyMetadata } from './key-metadata.ts';
import { checkPolicy, defaultPolicy } from './key-policy.ts';
import { requireState } from './key-state.ts';
import { findKey } from './look-up.ts';
import { keyArn, type Key } from './state.ts';
import { readTags } from './tags.ts';

const REGION = { min: 1, max: 32, pattern: /^([a-z]+-){2,3}\d+$/ };

export const replicaOperations: Operations = {
  /** The replica of an imported key has no material until the same bytes are imported. */
  ReplicateKey(context, body) {
    const input = readInput(body, (fields) => ({
      region: fields.text('ReplicaRegion', REGION),
      description: fields.optionalText('Description', { max: 8192 }) ?? '',
      policy: fields.optionalText('Policy', { min: 1, max: 131_072 }),
      tags: readTags(fields.optionalList('Tags') ?? []),
    }));
    const primary = findKey(context, body);
    if (!primary.multiRegion || primary.region !== primary.primaryRegion) {
      throw unsupported(`${primary.arn} is not a multi-Region primary key.`);
    }
    requireState(primary, 'Enabled');
    const region = context.account.region(input.region);
    if (region.keys.has(primary.id)) {
      throw new KmsError('AlreadyExistsException', `Key '${keyArn(region, primary.id)}' already exists`);
    }
    const external = primary.origin === 'EXTERNAL';
    const replica: Key = {
      ...primary,
      ...startOf(context),
      arn: keyArn(region, primary.id),
      region: region.name,
      description: input.description,
      policy: input.policy === undefined ? defaultPolicy(context.account.id) : checkPolicy(input.policy),
      tags: new Map(input.tags),
      materials: primary.materials.map((material) => ({
        ...material,
        bytes: external || material.bytes === undefined ? undefined : Buffer.from(material.bytes),
        validTo: undefined,
      })),
    };
    region.keys.set(replica.id, replica);
    return {
      ReplicaKeyMetadata: keyMetadata(context, replica),
      ReplicaPolicy: replica.policy,
      ReplicaTags: [...replica.tags].map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    };
  },

  UpdatePrimaryRegion(context, body) {
    const target = readInput(body, (fields) => fields.text('PrimaryRegion', REGION));
    const key = findKey(context, body);
    requireState(key, 'Enabled', 'Disabled', 'PendingImport');
    if (!key.multiRegion || key.region !== key.primaryRegion) {
      throw unsupported(`${key.arn} is not a multi-Region primary key.`);
    }
    const replica = context.account.region(target).keys.get(key.id);
    if (replica === undefined)
      throw new KmsError('NotFoundException', `Key '${keyArn(context.account.region(target), key.id)}' does not exist`);
    requireState(replica, 'Enabled', 'Disabled', 'PendingImport');
    for (const region of context.account.all()) {
      const copy = region.keys.get(key.id);
      if (copy !== undefined) copy.primaryRegion = target;
    }
    return undefined;
  },
};
