// Original file: proto/vault/storage.proto


export interface StorageDeleteReply {
  'err'?: (string);
}

export interface StorageDeleteReply__Output {
  'err': (string);
}
