import { definePath, fields, type PathDefinition } from '../../framework/index.ts';
import { OPERATION_PREFIX, given } from './fields.ts';
import { userError } from '../../logical/index.ts';
import type { Mount } from '../mount.ts';

/** `restore-guard`: read the state, engage, acknowledge. */
export function restoreGuardPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: 'restore-guard',
    fields: {
      engaged: fields.bool({
        description:
          'true engages the guard; false acknowledges what it found and releases it: what storage holds is right.',
        required: true,
      }),
    },
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'restore-guard' },
    operations: {
      read: {
        handler: async (context) => {
          const { state, heartbeat } = await mount.guard.read(context);
          return {
            data: {
              engaged: state.engaged,
              reasons: state.reasons,
              since: state.since,
              epoch: state.epoch ?? '',
              last_heartbeat: heartbeat ?? '',
              findings: state.findings.map(({ kms, key, name, remote_id, version }) => ({
                ...{ kms, key, name, remote_id },
                version: version ?? '',
              })),
            },
          };
        },
      },
      update: {
        display: { operationVerb: 'set' },
        handler: async (context) => {
          const engaged = given(context, 'engaged');
          if (engaged === undefined) {
            throw userError(
              'engaged is required: true to engage the restore guard, false to acknowledge and release it',
            );
          }
          if (engaged) await mount.guard.engage(context, 'engaged by hand');
          else await mount.guard.acknowledge(context);
          return undefined;
        },
      },
    },
    help: {
      synopsis: 'Read, engage and release the restore guard.',
      description:
        'The guard protects keys in a KMS from a mount whose storage may be older than the KMS: after the restore of a ' +
        'snapshot, in a clone of a server, after a fail-over to another site. It engages when the last heartbeat in ' +
        'storage is older than an hour as the plugin starts, and when the name of a key in a KMS points to an object ' +
        'that stands in no record. While it is engaged no background work changes a KMS, and a rotation, a sync or a ' +
        'removal of a key whose name is ahead of storage needs force=true. Releasing it begins a new epoch, which the ' +
        'labels of new objects carry.',
    },
  });
}
