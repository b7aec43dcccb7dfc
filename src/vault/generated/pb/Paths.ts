// Original file: proto/vault/backend.proto


export interface Paths {
  'root'?: (string)[];
  'unauthenticated'?: (string)[];
  'local_storage'?: (string)[];
  'seal_wrap_storage'?: (string)[];
  'write_forwarded_storage'?: (string)[];
  'binary'?: (string)[];
  'limited'?: (string)[];
  'allow_snapshot_read'?: (string)[];
}

export interface Paths__Output {
  'root': (string)[];
  'unauthenticated': (string)[];
  'local_storage': (string)[];
  'seal_wrap_storage': (string)[];
  'write_forwarded_storage': (string)[];
  'binary': (string)[];
  'limited': (string)[];
  'allow_snapshot_read': (string)[];
}
