// Original file: proto/vault/backend.proto


export interface TypeReply {
  'type'?: (number);
}

export interface TypeReply__Output {
  'type': (number);
}
