import { definePath, genericName, type PathDefinition } from '../../framework/index.ts';
import { forceRemove } from '../operations/force-remove.ts';
import type { LeftBehind } from '../orphans/left-behind.ts';
import type { Mount } from '../mount.ts';
import { OPERATION_PREFIX } from './display.ts';
import { keyNameField, kmsNameField } from './fields.ts';
import { possibleOrphanWarning } from './possible-orphan-warning.ts';

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

function leftBehindWarnings({ name, remoteIds, attempts }: LeftBehind): readonly string[] {
  return [
    `"${name}" was forgotten without asking the KMS provider; if the account still exists, this is left behind there: ` +
      (remoteIds.length > 0 ? remoteIds.join(', ') : 'nothing that is known'),
    ...attempts.map(possibleOrphanWarning),
  ];
}
