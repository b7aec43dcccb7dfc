// Original file: proto/vault/storage.proto


export interface StorageListArgs {
  'prefix'?: (string);
  'txn'?: (string);
}

export interface StorageListArgs__Output {
  'prefix': (string);
  'txn': (string);
}
