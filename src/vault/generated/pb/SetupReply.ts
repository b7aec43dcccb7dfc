// Original file: proto/vault/backend.proto


export interface SetupReply {
  'err'?: (string);
}

export interface SetupReply__Output {
  'err': (string);
}
