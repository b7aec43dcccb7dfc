// Original file: proto/vault/system-view.proto


export interface GeneratePasswordFromPolicyRequest {
  'policy_name'?: (string);
}

export interface GeneratePasswordFromPolicyRequest__Output {
  'policy_name': (string);
}
