// Original file: proto/vault/storage.proto


export interface StorageEntry {
  'key'?: (string);
  'value'?: (Buffer | Uint8Array | string);
  'seal_wrap'?: (boolean);
}

export interface StorageEntry__Output {
  'key': (string);
  'value': (Buffer);
  'seal_wrap': (boolean);
}
