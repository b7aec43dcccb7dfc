import { definePath, fields, genericName, type PathDefinition } from '../../framework/index.ts';
import { StorageError, type BackendContext, type JsonObject } from '../../logical/index.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { describeOrphan, orphansOf } from '../orphans/orphans.ts';
import { unrecordedObjects } from '../orphans/unrecorded-objects.ts';
import { distributionStatus } from '../operations/status.ts';
import type { Mount } from '../mount.ts';
import { permissions, OPERATION_PREFIX, kmsNameField, pageLimit } from './fields.ts';

/** No further key is asked for after this, so that the answer comes within the minute that Vault's clients wait. */
const SWEEP_MS = 30_000;

/** `GET kms/:name/status`: a sweep over the keys in a KMS provider, a page at a time. */
export function kmsStatusPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: `kms/${genericName('name')}/status`,
    fields: {
      name: kmsNameField,
      limit: fields.int({ description: 'How many keys to look at at most, 1 to 1000.', default: 100, query: true }),
      after: fields.string({
        description: 'Look at the keys after this name: "next" of the page before.',
        query: true,
      }),
    },
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'kms-provider-status' },
    operations: {
      read: {
        handler: async (context) => {
          const { data, storage, signal } = context;
          const kms = data.get('name');
          if ((await mount.kms.get(storage, kms, signal)) === undefined) return undefined;
          return { data: await sweep(mount, context, kms, data.get('after'), pageLimit(data.get('limit'))) };
        },
      },
    },
    help: {
      synopsis: 'Ask the KMS provider for the state of its keys.',
      description:
        'Asks for each distributed key, in order of names, and counts the verdicts. possible_orphans lists objects that ' +
        'may exist in the KMS provider although no key owns them, with the tags to find them by. The first page also ' +
        'lists in unrecorded_objects what carries the labels of this mount and stands in no record, as after the ' +
        `restore of a snapshot, where the credentials allow looking${permissions(mount.drivers, 'searching')}.`,
    },
  });
}

async function sweep(
  mount: Mount,
  context: BackendContext,
  kms: string,
  after: string,
  limit: number,
): Promise<JsonObject> {
  const all = await mount.distributions.list(context.storage, `${kms}/`, context.signal);
  const rest = all.filter((key) => key > after);
  const end = mount.clock.monotonic() + SWEEP_MS;
  const page: string[] = [];
  const keys = new Map<string, JsonObject>();
  const verdicts: Record<string, number> = {};
  for (const key of rest.slice(0, limit)) {
    if (page.length > 0 && mount.clock.monotonic() >= end) break;
    page.push(key);
    const status = await statusOf(mount, context, { kms, key });
    // Removed since it was listed.
    if (!status) continue;
    keys.set(key, status.details);
    verdicts[status.verdict] = (verdicts[status.verdict] ?? 0) + 1;
  }
  const last = page.at(-1);
  // Once a sweep: it reads the tags of the whole account.
  const unrecorded = after === '' ? await unrecordedObjects(mount, context, kms) : undefined;
  return {
    keys: Object.fromEntries(keys),
    verdicts,
    possible_orphans: (await orphansOf(mount, context, kms)).map(describeOrphan),
    ...(unrecorded && {
      unrecorded_objects: unrecorded.found.map(({ remoteId, labels }) => ({
        remote_id: remoteId,
        tags: { ...labels },
      })),
      unrecorded_objects_incomplete: unrecorded.incomplete ?? '',
    }),
    next: last !== undefined && rest.length > page.length ? last : '',
  };
}

/** A record that cannot be read, or whose key's record is missing, is reported: the others are to be seen all the same. */
async function statusOf(
  mount: Mount,
  context: BackendContext,
  ref: DistributionRef,
): Promise<{ readonly verdict: string; readonly details: JsonObject } | undefined> {
  try {
    return await distributionStatus(mount, context, ref);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof StorageError || context.signal.aborted) throw error;
    return { verdict: 'unreadable', details: { verdict: 'unreadable', why: error.message } };
  }
}
