// Original file: proto/vault/system-view.proto


export interface LocalMountReply {
  'local'?: (boolean);
}

export interface LocalMountReply__Output {
  'local': (boolean);
}
