// Original file: proto/vault/system-view.proto


export interface ReplicationStateReply {
  'state'?: (number);
}

export interface ReplicationStateReply__Output {
  'state': (number);
}
