// Original file: proto/vault/storage.proto

import type { StorageEntry as _pb_StorageEntry, StorageEntry__Output as _pb_StorageEntry__Output } from '../pb/StorageEntry.ts';

export interface StoragePutArgs {
  'entry'?: (_pb_StorageEntry | null);
  'txn'?: (string);
}

export interface StoragePutArgs__Output {
  'entry': (_pb_StorageEntry__Output | null);
  'txn': (string);
}
