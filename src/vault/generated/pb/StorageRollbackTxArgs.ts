// Original file: proto/vault/storage.proto


export interface StorageRollbackTxArgs {
  'txn'?: (string);
}

export interface StorageRollbackTxArgs__Output {
  'txn': (string);
}
