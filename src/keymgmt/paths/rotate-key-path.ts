import { definePath, genericName, type PathDefinition } from '../../framework/index.ts';
import { rotateKey } from '../operations/rotate-key.ts';
import type { Mount } from '../mount.ts';
import { OPERATION_PREFIX, forceField, keyNameField } from './fields.ts';

/** `POST key/:name/rotate`. */
export function rotateKeyPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: `key/${genericName('name')}/rotate`,
    fields: { name: keyNameField, force: forceField },
    display: { operationPrefix: OPERATION_PREFIX, operationVerb: 'rotate', operationSuffix: 'key' },
    operations: {
      update: {
        handler: async (context) => {
          const { newVersion, latestVersion } = await rotateKey(
            mount,
            context,
            context.data.get('name'),
            context.data.get('force'),
          );
          if (newVersion) return undefined;
          const warning =
            `an earlier rotation had stored version ${latestVersion} but not brought it to the KMS; ` +
            'this request has finished it and made no further version';
          return { warnings: [warning] };
        },
      },
    },
    help: {
      synopsis: 'Rotate a named key.',
      description:
        'Makes a new version of the key. If the key is distributed to a KMS, the new version is there, and the one that ' +
        "applications reach by the key's name in the KMS, when the request returns.",
    },
  });
}
