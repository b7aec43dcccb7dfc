import { definePath, fields, genericName, type PathContext, type PathDefinition } from '../../framework/index.ts';
import { possibleOrphanWarning } from '../orphans/left-behind.ts';
import type { Response } from '../../logical/index.ts';
import type { KmsDrivers } from '../../providers/port.ts';
import { alternatives } from '../../support/quoted.ts';
import { deleteKms } from '../operations/delete-kms.ts';
import { driverOf } from '../records/kms.ts';
import { writeKms } from '../operations/write-kms.ts';
import type { Mount } from '../mount.ts';
import { given, OPERATION_PREFIX, kmsNameField } from './fields.ts';
import { LARGEST_CREDENTIALS, requestedCredentials } from './requested-credentials.ts';

type KmsFields = ReturnType<typeof kmsFields>;

function kmsFields(drivers: KmsDrivers) {
  const all = Object.values(drivers);
  const credentials = all.flatMap(({ kind, help }) =>
    help.credentials === undefined ? [] : `${kind} takes ${help.credentials}`,
  );
  return {
    name: kmsNameField,
    provider: fields.string({
      description: `Which kind of KMS this is: ${alternatives(all.map(({ help }) => help.title))}. Fixed once written.`,
      required: true,
      allowedValues: Object.keys(drivers),
    }),
    key_collection: fields.string({
      description:
        `Where the keys go in the KMS: ${alternatives(all.map(({ kind, help }) => `${help.keyCollectionField} (${kind})`))}. ` +
        'Fixed once written.',
      required: true,
    }),
    credentials: fields.kvPairs({
      description:
        `Credentials for the KMS, as name=value pairs; ${credentials.join('; ')}. ` +
        'Writing some replaces all there were. Without any, those in the environment of the plugin are used.',
      maxSize: LARGEST_CREDENTIALS,
    }),
    confirm_endpoint: fields.bool({
      description:
        'Allow that the endpoint changes while the KMS holds keys or possible orphans: all key material goes to the new ' +
        'one from then on. A policy can deny this parameter.',
    }),
  };
}

function misplacedWarning(names: readonly string[]): string {
  return (
    `${names.join(', ')} beside credentials: not stored. They belong into credentials, as in ` +
    `credentials=${names[0] ?? ''}=…; without credentials there, those in the environment of the plugin are used`
  );
}

/** `kms/:name`: create and update, read, delete. */
export function kmsPath(mount: Mount): PathDefinition {
  const write = async (context: PathContext<KmsFields>): Promise<Response | undefined> => {
    const credentials = given(context, 'credentials');
    const { provider } = await writeKms(mount, context, context.data.get('name'), {
      provider: given(context, 'provider'),
      keyCollection: given(context, 'key_collection'),
      credentials: credentials && requestedCredentials(credentials),
      confirmEndpoint: given(context, 'confirm_endpoint') ?? false,
    });
    const { credentialNames } = driverOf(mount.drivers, { provider });
    const misplaced = credentialNames.filter((credential) => Object.hasOwn(context.request.data, credential));
    return misplaced.length === 0 ? undefined : { warnings: [misplacedWarning(misplaced)] };
  };
  return definePath({
    pattern: `kms/${genericName('name')}`,
    fields: kmsFields(mount.drivers),
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
          const attempts = await deleteKms(mount, context, context.data.get('name'));
          return attempts.length === 0 ? undefined : { warnings: attempts.map(possibleOrphanWarning) };
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
