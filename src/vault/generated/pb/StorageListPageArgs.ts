// Original file: proto/vault/storage.proto


export interface StorageListPageArgs {
  'prefix'?: (string);
  'after'?: (string);
  'limit'?: (number);
  'txn'?: (string);
}

export interface StorageListPageArgs__Output {
  'prefix': (string);
  'after': (string);
  'limit': (number);
  'txn': (string);
}
