import * as v from 'valibot';
import { jsonCodec, recordStore, type RecordStore } from '../../framework/index.ts';

/**
 * A cloud object that may exist although no record names it: its creation was begun, the answer was lost, and nobody
 * could look for it with certainty. It holds no key material, or what it holds is a copy; it costs money until somebody
 * deletes it, so it is reported until it is found or known not to exist.
 */
const orphanSchema = v.looseObject({
  schema: v.literal(1),
  key: v.string(),
  version: v.number(),
  /** The name in the cloud that the distribution had. */
  name: v.string(),
  /** When the creation was begun, RFC 3339. */
  since: v.string(),
  /** Labels on the object, to find it by. */
  labels: v.record(v.string(), v.string()),
  /** Why nobody could look. */
  reason: v.string(),
});

export type Orphan = v.InferOutput<typeof orphanSchema>;

/** Possible orphans at `orphan/<kms>/<attempt>`, named `<kms>/<attempt>`. */
export type OrphanStore = RecordStore<Orphan>;

export function orphanStore(): OrphanStore {
  return recordStore({ prefix: 'orphan/', codec: jsonCodec(orphanSchema) });
}
