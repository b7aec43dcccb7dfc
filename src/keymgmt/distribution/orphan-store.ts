import * as v from 'valibot';
import { jsonCodec, recordStore, type RecordStore } from '../../framework/index.ts';

/**
 * A cloud object that may exist although no record owns it: its creation was begun, the answer was lost, and nobody
 * could look for it with certainty; or it was replaced because the cloud said that it is gone. It holds no key material,
 * or what it holds is a copy; it costs money until somebody deletes it, so it is reported until it is known to be gone.
 */
const orphanSchema = v.looseObject({
  schema: v.literal(1),
  key: v.string(),
  version: v.number(),
  /** Its id in the cloud, where it is known: that of an object that was replaced. */
  remote_id: v.optional(v.string()),
  /** The name in the cloud that the distribution had. */
  name: v.string(),
  /** When the creation was begun, or the object replaced, RFC 3339. */
  since: v.string(),
  /** Labels on the object, to find it by. */
  labels: v.record(v.string(), v.string()),
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
