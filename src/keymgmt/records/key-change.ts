import * as v from 'valibot';
import { jsonCodec, recordStore, type RecordStore } from '../../framework/index.ts';

/**
 * The record at `key-change/<name>`: that a key is being created or deleted. It is written before anything else of that
 * changes, and deleted when all is done. So it is the one proof that material without a key's record may be deleted.
 */
const keyChangeSchema = v.looseObject({
  schema: v.literal(1),
  change: v.picklist(['creation', 'deletion']),
  /** When it was begun, RFC 3339. */
  since: v.string(),
  /** The highest version that the change is about. */
  latest_version: v.number(),
});

export type KeyChange = v.InferOutput<typeof keyChangeSchema>;

/** Changes under way, by the key's name. */
export type KeyChangeStore = RecordStore<KeyChange>;

export function keyChangeStore(): KeyChangeStore {
  return recordStore({ prefix: 'key-change/', codec: jsonCodec(keyChangeSchema) });
}
