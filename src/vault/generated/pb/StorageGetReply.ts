// Original file: proto/vault/storage.proto

import type { StorageEntry as _pb_StorageEntry, StorageEntry__Output as _pb_StorageEntry__Output } from '../pb/StorageEntry.ts';

export interface StorageGetReply {
  'entry'?: (_pb_StorageEntry | null);
  'err'?: (string);
}

export interface StorageGetReply__Output {
  'entry': (_pb_StorageEntry__Output | null);
  'err': (string);
}
