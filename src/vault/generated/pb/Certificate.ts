// Original file: proto/vault/backend.proto


export interface Certificate {
  'asn1_data'?: (Buffer | Uint8Array | string);
}

export interface Certificate__Output {
  'asn1_data': (Buffer);
}
