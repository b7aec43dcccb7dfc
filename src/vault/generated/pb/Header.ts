// Original file: proto/vault/backend.proto


export interface Header {
  'header'?: (string)[];
}

export interface Header__Output {
  'header': (string)[];
}
