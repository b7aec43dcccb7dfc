// Original file: proto/vault/storage.proto


export interface StoragePutReply {
  'err'?: (string);
}

export interface StoragePutReply__Output {
  'err': (string);
}
