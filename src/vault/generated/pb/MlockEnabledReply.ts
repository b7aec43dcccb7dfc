// Original file: proto/vault/system-view.proto


export interface MlockEnabledReply {
  'enabled'?: (boolean);
}

export interface MlockEnabledReply__Output {
  'enabled': (boolean);
}
