import { definePath, fields, genericName, type PathContext, type PathDefinition } from '../../framework/index.ts';
import { userError } from '../../logical/index.ts';
import { describeOrphan, orphanOf } from '../orphans/orphans.ts';
import { deleteOrphanObject, dismissOrphan, type OrphanRef } from '../operations/resolve-orphan.ts';
import type { Mount } from '../mount.ts';
import { OPERATION_PREFIX, given, kmsNameField } from './fields.ts';
import { listPath } from './list-path.ts';
import { possibleOrphanWarning } from '../orphans/left-behind.ts';

const orphanFields = {
  name: kmsNameField,
  attempt: fields.string({ description: 'The attempt that the possible orphan comes from.', required: true }),
};

const ORPHAN = `kms/${genericName('name')}/orphan/${genericName('attempt')}`;

/** `LIST kms/:name/orphan/`: by attempt. */
export function listOrphansPath(mount: Mount): PathDefinition {
  return listPath({
    pattern: `kms/${genericName('name')}/orphan/?`,
    captures: { name: kmsNameField },
    operationSuffix: 'possible-orphans-in-kms-provider',
    synopsis: 'List the attempts that may have left an object in the KMS provider that no key owns.',
    names: ({ data, storage, signal }) => mount.orphans.list(storage, `${data.get('name')}/`, signal),
  });
}

/** `kms/:name/orphan/:attempt`: read, dismiss. */
export function orphanPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: ORPHAN,
    fields: orphanFields,
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'possible-orphan-in-kms-provider' },
    operations: {
      read: {
        handler: async (context) => {
          const { kms, attempt } = place(context);
          const orphan = await orphanOf(mount, context, kms, attempt);
          return orphan && { data: describeOrphan(orphan) };
        },
      },
      delete: {
        handler: async (context) => {
          const dismissed = await dismissOrphan(mount, context, place(context));
          return dismissed && { warnings: [possibleOrphanWarning(dismissed.attempt)] };
        },
      },
    },
    help: {
      synopsis: 'Read and dismiss a possible orphan in the KMS provider.',
      description:
        'A possible orphan is an object that an interrupted creation may have made. Reading says what is known of it, ' +
        'and the tags that find it. Deleting forgets it here, without asking the KMS provider: what it made stays there.',
    },
  });
}

/** `POST kms/:name/orphan/:attempt/delete`: its object is scheduled for deletion. */
export function deleteOrphanPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: `${ORPHAN}/delete`,
    fields: {
      ...orphanFields,
      remote_id: fields.string({ description: 'Id of the object in the KMS provider.', required: true }),
      confirm_alias: fields.bool({ description: 'Delete it although a name in the KMS provider points to it.' }),
    },
    display: {
      operationPrefix: OPERATION_PREFIX,
      operationVerb: 'delete-object-of',
      operationSuffix: 'possible-orphan-in-kms-provider',
    },
    operations: {
      update: {
        handler: async (context) => {
          const remoteId = given(context, 'remote_id');
          if (remoteId === undefined || remoteId === '') {
            throw userError('remote_id is required: the id of the object that is to be deleted in the KMS provider');
          }
          const confirmName = given(context, 'confirm_alias') ?? false;
          await deleteOrphanObject(mount, context, place(context), { remoteId, confirmName });
          return undefined;
        },
      },
    },
    help: {
      synopsis: 'Schedule the object of a possible orphan for deletion.',
      description:
        'For an object that the engine leaves alone as it may be in use. It has to carry the labels of the attempt and ' +
        'to stand in no record; one that a name points to needs confirm_alias=true.',
    },
  });
}

function place({ data }: PathContext<typeof orphanFields>): OrphanRef {
  return { kms: data.get('name'), attempt: data.get('attempt') };
}
