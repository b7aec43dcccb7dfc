import * as v from 'valibot';
import { jsonCodec, recordStore, type RecordStore } from '../../framework/index.ts';

/**
 * A cloud object that may exist although no record owns it: its creation was begun, the answer was lost, and nobody
 * could look for it with certainty. It costs money until somebody deletes it, so it is reported until it is known to be
 * gone, or a person says what becomes of it.
 */
const orphanSchema = v.looseObject({
  schema: v.literal(1),
  key: v.string(),
  version: v.number(),
  /** Only in records of earlier versions: the id of an object that was replaced, which may be in use. Never deleted. */
  remote_id: v.optional(v.string()),
  /** The name in the cloud that the distribution had. */
  name: v.string(),
  /** When the creation was begun, RFC 3339. */
  since: v.string(),
  /** Labels on the object, to find it by. */
  labels: v.record(v.string(), v.string()),
  /** The account and the endpoint that the creation went to, where they are known. */
  account: v.optional(v.string()),
  endpoint: v.optional(v.string()),
  /** Ids of objects that carry the attempt's label and are not proven to be unused and ours. */
  suspects: v.optional(v.array(v.string())),
  /** Why it may exist. */
  reason: v.string(),
});

export type Orphan = v.InferOutput<typeof orphanSchema>;

/** Possible orphans at `orphan/<kms>/<attempt>`, named by {@link orphanName}. */
export type OrphanStore = RecordStore<Orphan>;

export function orphanStore(): OrphanStore {
  return recordStore({ prefix: 'orphan/', codec: jsonCodec(orphanSchema) });
}

/** Name of the record of an attempt that may have left something in a KMS. */
export function orphanName(kms: string, attempt: string): string {
  return `${kms}/${attempt}`;
}
