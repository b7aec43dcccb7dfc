import { definePath, fields, genericName, type PathContext, type PathDefinition } from '../../framework/index.ts';
import { deleteKms } from '../kms/delete-kms.ts';
import { writeKms } from '../kms/write-kms.ts';
import type { Mount } from '../mount.ts';
import { OPERATION_PREFIX } from './display.ts';
import { kmsNameField } from './fields.ts';
import { given } from './given.ts';

const kmsFields = {
  name: kmsNameField,
  provider: fields.string({
    description:
      'The name of the provider. Currently, "azurekeyvault", "awskms", and "gcpckms" are supported. This parameter ' +
      'cannot be modified by an update operation after creation.',
    required: true,
    allowedValues: ['azurekeyvault', 'awskms', 'gcpckms'],
  }),
  key_collection: fields.string({
    description:
      'Refers to a location to store keys in the specified provider. For provider “azurekeyvault”, the name of a Key ' +
      'Vault instance must be supplied. For provider “awskms”, the name of a region must be supplied. For provider ' +
      '“gcpckms”, the relative resource name of a key ring must be supplied. This parameter cannot be modified by an ' +
      'update operation after creation.',
    required: true,
  }),
  credentials: fields.kvPairs({
    description:
      'The credentials to be used to authenticate with the specified provider. Keys and values will differ depending ' +
      'on the specified provider. Credentials may also be supplied as environment variables.',
  }),
};

/** `kms/:name`: create and update, read, delete. */
export function kmsPath(mount: Mount): PathDefinition {
  const write = async (context: PathContext<typeof kmsFields>): Promise<undefined> => {
    await writeKms(mount, context, context.data.get('name'), {
      provider: given(context, 'provider'),
      keyCollection: given(context, 'key_collection'),
      credentials: given(context, 'credentials'),
    });
    return undefined;
  };
  return definePath({
    pattern: `kms/${genericName('name')}`,
    fields: kmsFields,
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'kms-provider' },
    existenceCheck: async ({ data, storage, signal }) =>
      (await mount.kms.get(storage, data.get('name'), signal)) !== undefined,
    operations: {
      read: {
        handler: async ({ data, storage, signal }) => {
          const kms = await mount.kms.get(storage, data.get('name'), signal);
          return kms && { data: { provider: kms.provider, key_collection: kms.key_collection } };
        },
      },
      create: { handler: write },
      update: { handler: write },
      delete: {
        handler: async (context) => {
          await deleteKms(mount, context, context.data.get('name'));
          return undefined;
        },
      },
    },
    help: {
      synopsis: 'Read, write, and delete KMS providers.',
      description:
        'A KMS provider is an account in a cloud that keys can be distributed to. Its credentials are never shown ' +
        'again; writing credentials replaces all of them. Writing does not contact the cloud: wrong credentials show ' +
        'when a key is distributed. A KMS provider can be deleted when no key is distributed to it.',
    },
  });
}
