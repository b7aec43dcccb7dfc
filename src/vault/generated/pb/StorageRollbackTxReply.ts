// Original file: proto/vault/storage.proto


export interface StorageRollbackTxReply {
  'err'?: (string);
}

export interface StorageRollbackTxReply__Output {
  'err': (string);
}
