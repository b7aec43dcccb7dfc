// Original file: proto/vault/system-view.proto


export interface CachingDisabledReply {
  'disabled'?: (boolean);
}

export interface CachingDisabledReply__Output {
  'disabled': (boolean);
}
