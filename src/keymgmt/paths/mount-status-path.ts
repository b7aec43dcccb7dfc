import { definePath, type PathDefinition } from '../../framework/index.ts';
import type { Mount } from '../mount.ts';
import { mountStatus } from '../operations/mount-status.ts';
import { OPERATION_PREFIX } from './fields.ts';

/** `GET status`: the state of the mount, without asking a cloud. */
export function mountStatusPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: 'status',
    fields: {},
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'status' },
    operations: { read: { handler: async (context) => ({ data: await mountStatus(mount, context) }) } },
    help: {
      synopsis: 'The state of the mount, without asking a KMS.',
      description:
        'Counts of keys, KMS providers and distributions, KMS providers that did not answer, pending work with its last ' +
        'errors, possible orphans, the restore guard, the periodic work, and drift as it was last seen by this node. What ' +
        'only the active node knows is null on a standby.',
    },
  });
}
