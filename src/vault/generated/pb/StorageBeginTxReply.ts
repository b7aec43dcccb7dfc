// Original file: proto/vault/storage.proto


export interface StorageBeginTxReply {
  'txn'?: (string);
  'err'?: (string);
}

export interface StorageBeginTxReply__Output {
  'txn': (string);
  'err': (string);
}
