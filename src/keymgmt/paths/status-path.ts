import { definePath, genericName, type PathDefinition } from '../../framework/index.ts';
import { distributionStatus } from '../operations/status.ts';
import type { Mount } from '../mount.ts';
import { OPERATION_PREFIX, keyNameField, kmsNameField } from './fields.ts';

/** `GET kms/:name/key/:key_name/status`: the cloud is asked. */
export function statusPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: `kms/${genericName('name')}/key/${genericName('key_name')}/status`,
    fields: { name: kmsNameField, key_name: keyNameField },
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'key-status-in-kms-provider' },
    operations: {
      read: {
        handler: async (context) => {
          const { data } = context;
          const ref = { kms: data.get('name'), key: data.get('key_name') };
          const status = await distributionStatus(mount, context, ref);
          return status && { data: status.details };
        },
      },
    },
    help: {
      synopsis: 'Ask the KMS provider for the state of a distributed key.',
      description:
        'Compares what the key should be in the KMS provider with what the KMS provider says, version by version. ' +
        'Verdicts: in_sync, missing, missing_material, disabled, enabled, pending_deletion, deleted, alias_moved, ahead ' +
        '(the name points to an object that stands in no record: storage is older than the KMS provider); ' +
        'forbidden and unreachable where the KMS provider does not say. Changes nothing.',
    },
  });
}
