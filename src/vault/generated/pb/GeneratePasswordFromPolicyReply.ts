// Original file: proto/vault/system-view.proto


export interface GeneratePasswordFromPolicyReply {
  'password'?: (string);
}

export interface GeneratePasswordFromPolicyReply__Output {
  'password': (string);
}
