import { definePath, genericName, type PathDefinition } from '../../framework/index.ts';
import { deleteLostKey, findLostKey, lostKeys } from '../operations/lost-key.ts';
import type { Mount } from '../mount.ts';
import { OPERATION_PREFIX, keyNameField } from './fields.ts';
import { listPath } from './list-path.ts';

/** `LIST lost-key/`. */
export function listLostKeysPath(mount: Mount): PathDefinition {
  return listPath({
    pattern: 'lost-key/?',
    captures: {},
    operationSuffix: 'lost-keys',
    synopsis: 'List the keys whose record is missing in storage.',
    description:
      'Names of keys that have material in storage but no record, although nobody deleted them: a record was lost, or ' +
      'a release before this one was interrupted in a deletion.',
    names: (context) => lostKeys(mount, context),
  });
}

/** `lost-key/:name`: read, give up. */
export function lostKeyPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: `lost-key/${genericName('name')}`,
    fields: { name: keyNameField },
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'lost-key' },
    operations: {
      read: {
        handler: async (context) => {
          const name = context.data.get('name');
          const lost = await mount.keyLock.run(name, () => findLostKey(mount, context, name), context.signal);
          return lost && { data: { versions: [...lost.versions], kms: [...lost.kms] } };
        },
      },
      delete: {
        handler: async (context) => {
          const name = context.data.get('name');
          const lost = await deleteLostKey(mount, context, name);
          if (!lost) return undefined;
          return {
            warnings: [`the material of ${lost.versions.length} versions of key "${name}" is deleted for good`],
          };
        },
      },
    },
    help: {
      synopsis: 'Read and give up what is left of a key whose record is missing in storage.',
      description:
        'The material of such a key is kept, and no key of that name can be created, until the record is restored from ' +
        'a snapshot or the material is deleted here. Deleting it cannot be undone. A key that has a record is never ' +
        'touched.',
    },
  });
}
