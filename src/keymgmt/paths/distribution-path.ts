import { definePath, fields, genericName, type PathContext, type PathDefinition } from '../../framework/index.ts';
import { userError, type JsonObject } from '../../logical/index.ts';
import { shownId } from '../../providers/port.ts';
import { PROTECTIONS, PURPOSES, type Protection, type Purpose } from '../../providers/spec.ts';
import { distribute } from '../operations/distribute.ts';
import { remoteIds, type Distribution } from '../records/distribution.ts';
import { distributionName, type DistributionRef } from '../records/distribution-store.ts';
import { removeFromKms } from '../operations/remove-from-kms.ts';
import type { Mount } from '../mount.ts';
import { OPERATION_PREFIX, given, keyNameField, kmsNameField } from './fields.ts';
import { quoted } from '../../support/quoted.ts';

const distributionFields = {
  name: kmsNameField,
  key_name: keyNameField,
  purpose: fields.commaStringSlice({
    description:
      'What the key may be used for in the KMS provider, as a list or separated by commas. Which purposes a provider ' +
      'takes depends on it and on the type of the key. Fixed once distributed.',
    required: true,
    maxSize: 1000,
    allowedValues: PURPOSES,
  }),
  protection: fields.string({
    description:
      'Where the KMS provider computes with the key: in a hardware security module or in software. Fixed once ' +
      'distributed.',
    default: 'hsm',
    allowedValues: PROTECTIONS,
  }),
  force: fields.bool({
    description:
      'For a delete: go on although the KMS is ahead of storage, which may have been restored from a snapshot. To ' +
      'forget a distribution without asking the KMS provider, use force-remove.',
    query: true,
  }),
};

type Context = PathContext<typeof distributionFields>;

/** `kms/:name/key/:key_name`: distribute, read, remove. */
export function distributionPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: `kms/${genericName('name')}/key/${genericName('key_name')}`,
    fields: distributionFields,
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'key-in-kms-provider' },
    operations: {
      read: {
        handler: async (context) => {
          const distribution = await mount.distributions.peek(context, distributionName(place(context)));
          return distribution && { data: describeDistribution(distribution) };
        },
      },
      update: {
        display: { operationVerb: 'distribute' },
        handler: async (context) => {
          await distribute(mount, context, place(context), {
            purposes: requestedPurposes(given(context, 'purpose')),
            protection: requestedProtection(given(context, 'protection')),
          });
          return undefined;
        },
      },
      delete: {
        handler: async (context) => {
          await removeFromKms(mount, context, place(context), given(context, 'force') === true);
          return undefined;
        },
      },
    },
    help: {
      synopsis: 'Distribute, remove, and read keys in the KMS provider.',
      description:
        'Distributing copies all versions of the key to the KMS provider, wrapped for it; the original stays here. ' +
        'Writing again with the same parameters finishes or repairs a distribution. Deleting removes the key from the ' +
        'KMS provider and keeps it here.',
    },
  });
}

function place({ data }: Context): DistributionRef {
  return { kms: data.get('name'), key: data.get('key_name') };
}

function requestedPurposes(values: readonly string[] | undefined): readonly Purpose[] | undefined {
  if (values === undefined) return undefined;
  const purposes = values.map((value) => {
    const purpose = PURPOSES.find((known) => known === value);
    if (!purpose) throw userError(`unsupported purpose ${quoted(value)}: purpose takes ${PURPOSES.join(', ')}`);
    return purpose;
  });
  return [...new Set(purposes)].sort();
}

function requestedProtection(value: string | undefined): Protection | undefined {
  if (value === undefined) return undefined;
  const protection = PROTECTIONS.find((known) => known === value);
  if (!protection) throw userError(`unsupported protection ${quoted(value)}: protection must be hsm or software`);
  return protection;
}

function describeDistribution(distribution: Distribution): JsonObject {
  return {
    name: distribution.name,
    distribution_time: distribution.distribution_time,
    // A sorted string, not a list: the UIs split it.
    purpose: distribution.purpose.join(','),
    protection: distribution.protection,
    versions: Object.fromEntries(
      Object.entries(remoteIds(distribution)).map(([version, id]) => [version, shownId(id)]),
    ),
  };
}
