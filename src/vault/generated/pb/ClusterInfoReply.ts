// Original file: proto/vault/system-view.proto


export interface ClusterInfoReply {
  'cluster_name'?: (string);
  'cluster_id'?: (string);
  'err'?: (string);
}

export interface ClusterInfoReply__Output {
  'cluster_name': (string);
  'cluster_id': (string);
  'err': (string);
}
