import { definePath, fields, genericName, type PathDefinition } from '../../framework/index.ts';
import { reconcileStepText } from '../reconcile-step.ts';
import { sync } from '../operations/sync.ts';
import type { Mount } from '../mount.ts';
import { permissions, OPERATION_PREFIX, forceField, keyNameField, kmsNameField } from './fields.ts';

/** `POST kms/:name/key/:key_name/sync`: drift is repaired. */
export function syncPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: `kms/${genericName('name')}/key/${genericName('key_name')}/sync`,
    fields: {
      name: kmsNameField,
      key_name: keyNameField,
      force: forceField,
      dry_run: fields.bool({ description: 'Only say what would be done.' }),
    },
    display: { operationPrefix: OPERATION_PREFIX, operationVerb: 'sync', operationSuffix: 'key-in-kms-provider' },
    operations: {
      update: {
        handler: async (context) => {
          const { data } = context;
          const dryRun = data.get('dry_run');
          const ref = { kms: data.get('name'), key: data.get('key_name') };
          const { steps, unseen } = await sync(mount, context, ref, { dryRun, force: data.get('force') });
          const warnings = Object.entries(unseen).map(
            ([version, why]) => `version ${version} could not be seen: ${why}`,
          );
          return {
            data: { dry_run: dryRun, [dryRun ? 'planned' : 'done']: steps.map(reconcileStepText) },
            ...(warnings.length > 0 ? { warnings } : {}),
          };
        },
      },
    },
    help: {
      synopsis: 'Repair a distributed key in the KMS provider.',
      description:
        'Asks the KMS provider how the key is there and repairs what differs: material is imported again, versions are ' +
        'enabled or disabled, the name is moved back, a version that was destroyed is replaced. Where the credentials do ' +
        `not allow looking${permissions(mount.drivers, 'observing')}, it does what it can and says so.`,
    },
  });
}
