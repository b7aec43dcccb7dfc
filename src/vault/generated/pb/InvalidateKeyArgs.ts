// Original file: proto/vault/backend.proto


export interface InvalidateKeyArgs {
  'key'?: (string);
}

export interface InvalidateKeyArgs__Output {
  'key': (string);
}
