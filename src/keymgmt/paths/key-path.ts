import { isKeyType, KEY_TYPES, type KeyType } from '../../crypto/key-type.ts';
import { definePath, fields, genericName, type PathContext, type PathDefinition } from '../../framework/index.ts';
import { userError, type JsonObject } from '../../logical/index.ts';
import { createKey } from '../operations/create-key.ts';
import { deleteKey } from '../operations/delete-key.ts';
import { isEnabled, type Key } from '../records/key.ts';
import { updateKey } from '../operations/update-key.ts';
import { changeKey } from '../held-key.ts';
import type { Mount } from '../mount.ts';
import { OPERATION_PREFIX, given, keyNameField } from './fields.ts';
import { quoted } from '../../support/quoted.ts';

const typeField = fields.string({
  description:
    'Type of the key: aes256-gcm96 is symmetric, the others are asymmetric. Chosen when the key is created and fixed ' +
    'from then on; defaults to rsa-2048.',
  default: 'rsa-2048',
  allowedValues: KEY_TYPES,
});

const keyFields = {
  name: keyNameField,
  type: typeField,
  deletion_allowed: fields.bool({
    description: 'Whether the key may be deleted.',
  }),
  min_enabled_version: fields.int({
    description:
      'The lowest version that may be used; those below it are disabled in the KMS and no longer shown. 0 enables all ' +
      'versions.',
  }),
  replica_regions: fields.commaStringSlice({
    description:
      'AWS Regions to replicate a multi-Region key to, as a list or separated by commas. Not supported yet: leave it ' +
      'out.',
    maxSize: 1000,
  }),
};

/** `key/:name`: create and update, read, delete. */
export function keyPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: `key/${genericName('name')}`,
    fields: keyFields,
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'key' },
    existenceCheck: async (context) => (await mount.keys.peek(context, context.data.get('name'))) !== undefined,
    operations: {
      read: {
        handler: async (context) => {
          const name = context.data.get('name');
          const key = await mount.keys.peek(context, name);
          return key && { data: describeKey(name, key) };
        },
      },
      create: { handler: (context) => write(mount, context) },
      update: { handler: (context) => write(mount, context), display: { operationVerb: 'update' } },
      delete: {
        handler: async (context) => {
          await deleteKey(mount, context, context.data.get('name'));
          return undefined;
        },
      },
    },
    help: {
      synopsis: 'Read, write, and delete keys.',
      description:
        'A key is made and kept by the secrets engine; its material never leaves Vault but wrapped for the KMS that it ' +
        'is distributed to. Writing a new name creates a key, writing an existing one changes its settings. Versions ' +
        'below min_enabled_version are disabled in the KMS and not shown. A key can be deleted when deletion_allowed ' +
        'is true and it is in no KMS.',
    },
  });
}

async function write(mount: Mount, context: PathContext<typeof keyFields>): Promise<undefined> {
  const { data, storage, signal } = context;
  const name = data.get('name');
  const type = requestedType(given(context, 'type'));
  if ((given(context, 'replica_regions') ?? []).length > 0) {
    throw userError('replica_regions is not supported yet: create the key without it');
  }
  const settings = {
    deletionAllowed: given(context, 'deletion_allowed'),
    minEnabledVersion: given(context, 'min_enabled_version'),
  };
  await changeKey(mount, context, name, async (held) => {
    const key = await mount.keys.get(storage, name, signal);
    if (!key) return createKey(mount, context, held, type ?? 'rsa-2048', settings);
    if (type !== undefined && type !== key.type) {
      throw userError(
        `type of key "${name}" is ${key.type} and cannot be changed: leave type out, or use another name`,
      );
    }
    return updateKey(mount, context, held, key, settings);
  });
  return undefined;
}

function requestedType(type: string | undefined): KeyType | undefined {
  if (type === undefined || isKeyType(type)) return type;
  throw userError(`unsupported key type ${quoted(type)}: type must be one of ${KEY_TYPES.join(', ')}`);
}

/** The key as a read shows it: public halves only, and only of versions that are enabled. */
function describeKey(name: string, key: Key): JsonObject {
  const versions = Object.entries(key.versions).filter(([version]) => isEnabled(key, Number(version)));
  return {
    name,
    type: key.type,
    deletion_allowed: key.deletion_allowed,
    latest_version: key.latest_version,
    min_enabled_version: key.min_enabled_version,
    versions: Object.fromEntries(
      versions.map(([version, { creation_time, public_key }]) => [
        version,
        public_key === undefined ? { creation_time } : { creation_time, public_key },
      ]),
    ),
  };
}
