// Original file: proto/vault/multiplexing.proto


export interface MultiplexingSupportResponse {
  'supported'?: (boolean);
}

export interface MultiplexingSupportResponse__Output {
  'supported': (boolean);
}
