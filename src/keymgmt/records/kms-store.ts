import { jsonCodec, recordStore, type RecordStore } from '../../framework/index.ts';
import { kmsSchema, storedKms, type Kms } from './kms.ts';

/** Storage prefix of KMS providers; seal-wrapped, as they hold credentials. */
export const KMS_PREFIX = 'kms/';

/** KMS providers, at `kms/<name>`. */
export type KmsStore = RecordStore<Kms>;

export function kmsStore(): KmsStore {
  const json = jsonCodec(kmsSchema);
  const encode = (kms: Kms): Buffer => Buffer.from(JSON.stringify(storedKms(kms)));
  return recordStore({ prefix: KMS_PREFIX, codec: { ...json, encode }, sealWrap: true });
}
