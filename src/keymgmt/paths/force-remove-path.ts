import { definePath, genericName, type PathDefinition } from '../../framework/index.ts';
import { forceRemove } from '../operations/force-remove.ts';
import { leftBehindWarnings } from '../orphans/left-behind.ts';
import type { Mount } from '../mount.ts';
import { OPERATION_PREFIX, keyNameField, kmsNameField } from './fields.ts';

/**
 * `POST kms/:name/key/:key_name/force-remove`: a distribution is forgotten. A path of its own, as a policy can deny a
 * path, and not what is asked for in the query of another one.
 */
export function forceRemovePath(mount: Mount): PathDefinition {
  return definePath({
    pattern: `kms/${genericName('name')}/key/${genericName('key_name')}/force-remove`,
    fields: { name: kmsNameField, key_name: keyNameField },
    display: {
      operationPrefix: OPERATION_PREFIX,
      operationVerb: 'force-remove',
      operationSuffix: 'key-in-kms-provider',
    },
    operations: {
      update: {
        handler: async (context) => {
          const { data } = context;
          const left = await forceRemove(mount, context, { kms: data.get('name'), key: data.get('key_name') });
          return left && { warnings: leftBehindWarnings(left) };
        },
      },
    },
    help: {
      synopsis: 'Forget a distributed key without asking the KMS provider.',
      description:
        'For an account that is gone for good. What the KMS provider holds stays there, and the answer names it. The ' +
        'key is kept here.',
    },
  });
}
