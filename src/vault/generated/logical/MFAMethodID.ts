// Original file: proto/vault/identity.proto


export interface MFAMethodID {
  'type'?: (string);
  'id'?: (string);
  'uses_passcode'?: (boolean);
  'name'?: (string);
}

export interface MFAMethodID__Output {
  'type': (string);
  'id': (string);
  'uses_passcode': (boolean);
  'name': (string);
}
