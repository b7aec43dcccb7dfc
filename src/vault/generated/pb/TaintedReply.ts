// Original file: proto/vault/system-view.proto


export interface TaintedReply {
  'tainted'?: (boolean);
}

export interface TaintedReply__Output {
  'tainted': (boolean);
}
