// Original file: proto/vault/system-view.proto


export interface RegisterRotationJobResponse {
  'rotation_id'?: (string);
  'err'?: (string);
}

export interface RegisterRotationJobResponse__Output {
  'rotation_id': (string);
  'err': (string);
}
