// Original file: proto/vault/storage.proto


export interface StorageListReply {
  'keys'?: (string)[];
  'err'?: (string);
}

export interface StorageListReply__Output {
  'keys': (string)[];
  'err': (string);
}
