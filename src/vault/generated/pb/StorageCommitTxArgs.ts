// Original file: proto/vault/storage.proto


export interface StorageCommitTxArgs {
  'txn'?: (string);
}

export interface StorageCommitTxArgs__Output {
  'txn': (string);
}
