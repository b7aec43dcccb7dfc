// Original file: proto/vault/storage.proto


export interface StorageGetArgs {
  'key'?: (string);
  'txn'?: (string);
}

export interface StorageGetArgs__Output {
  'key': (string);
  'txn': (string);
}
