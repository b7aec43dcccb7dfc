import { randomUUID } from 'node:crypto';
import type { Context, Operation } from './context.ts';
import { invalid, unsupported } from './errors.ts';
import { readInput, type Fields } from './input.ts';
import { keyMetadata } from './key-metadata.ts';
import { checkPolicy, defaultPolicy } from './key-policy.ts';
import { KEY_SPECS, KEY_USAGES, specFacts, type KeySpec, type KeyUsage } from './key-specs.ts';
import { generateMaterial, newMaterial } from './material.ts';
import { keyArn, type Key } from './state.ts';
import { readTags } from './tags.ts';

export const createKey: Operation = (context, body) => {
  const input = readInput(body, readCreateKey);
  const { spec, usage } = input;
  if (!specFacts(spec).usages.includes(usage)) {
    throw invalid(`KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
  }
  if (input.origin !== 'EXTERNAL' && input.origin !== 'AWS_KMS') {
    throw unsupported(`Origin ${input.origin} is not supported here`);
  }
  const id = input.multiRegion ? `mrk-${randomUUID().replaceAll('-', '')}` : randomUUID();
  const key: Key = {
    id,
    arn: keyArn(context.region, id),
    region: context.region.name,
    spec,
    usage,
    origin: input.origin,
    multiRegion: input.multiRegion,
    primaryRegion: context.region.name,
    description: input.description,
    policy: input.policy === undefined ? defaultPolicy(context.account.id) : checkPolicy(input.policy),
    tags: new Map(input.tags),
    ...startOf(context),
  };
  if (key.origin === 'AWS_KMS') key.materials.push(newMaterial(key, generateMaterial(spec), 'CURRENT'));
  context.region.keys.set(id, key);
  return { KeyMetadata: keyMetadata(context, key) };
};

type Start = Pick<
  Key,
  'createdAt' | 'enabled' | 'materials' | 'deletionAt' | 'deletionDays' | 'tokensMade' | 'lookupsLeft'
>;

/** Initial state of every key, including replicas. */
export function startOf(context: Context): Start {
  return {
    createdAt: context.now,
    enabled: true,
    materials: [],
    deletionAt: undefined,
    deletionDays: undefined,
    tokensMade: 0,
    lookupsLeft: context.lookups,
  };
}

interface CreateKeyInput {
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly origin: string;
  readonly multiRegion: boolean;
  readonly description: string;
  readonly policy: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
}

function readCreateKey(fields: Fields): CreateKeyInput {
  const spec =
    fields.optionalChoice('KeySpec', KEY_SPECS) ??
    fields.optionalChoice('CustomerMasterKeySpec', KEY_SPECS) ??
    'SYMMETRIC_DEFAULT';
  const usage = fields.optionalChoice('KeyUsage', KEY_USAGES);
  if (usage === undefined && spec !== 'SYMMETRIC_DEFAULT') {
    throw invalid(`You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.`);
  }
  return {
    spec,
    usage: usage ?? 'ENCRYPT_DECRYPT',
    origin: fields.optionalChoice('Origin', ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE']) ?? 'AWS_KMS',
    multiRegion: fields.flag('MultiRegion'),
    description: fields.optionalText('Description', { max: 8192 }) ?? '',
    policy: fields.optionalText('Policy', { min: 1, max: 131_072 }),
    tags: readTags(fields.optionalList('Tags') ?? []),
  };
}
