// Original file: proto/vault/storage.proto


export interface StorageIsTransactionalReply {
  'transactional'?: (boolean);
}

export interface StorageIsTransactionalReply__Output {
  'transactional': (boolean);
}
