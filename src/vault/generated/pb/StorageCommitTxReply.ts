// Original file: proto/vault/storage.proto


export interface StorageCommitTxReply {
  'err'?: (string);
}

export interface StorageCommitTxReply__Output {
  'err': (string);
}
