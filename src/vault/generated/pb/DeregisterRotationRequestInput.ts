// Original file: proto/vault/system-view.proto


export interface DeregisterRotationRequestInput {
  'mount_point'?: (string);
  'req_path'?: (string);
}

export interface DeregisterRotationRequestInput__Output {
  'mount_point': (string);
  'req_path': (string);
}
