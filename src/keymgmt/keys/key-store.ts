import { jsonCodec, recordStore, type RecordStore } from '../../framework/index.ts';
import { keySchema, type Key } from './key.ts';

/** Keys without their material, at `key/<name>`. */
export type KeyStore = RecordStore<Key>;

export function keyStore(): KeyStore {
  return recordStore({ prefix: 'key/', codec: jsonCodec(keySchema) });
}
