// Original file: proto/vault/storage.proto


export interface StorageDeleteArgs {
  'key'?: (string);
  'txn'?: (string);
}

export interface StorageDeleteArgs__Output {
  'key': (string);
  'txn': (string);
}
