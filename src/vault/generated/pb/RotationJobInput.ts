// Original file: proto/vault/system-view.proto

import type { Long } from '@grpc/proto-loader';

export interface RotationJobInput {
  'name'?: (string);
  'mount_point'?: (string);
  'path'?: (string);
  'rotation_schedule'?: (string);
  'rotation_window'?: (number | string | Long);
  'rotation_period'?: (number | string | Long);
}

export interface RotationJobInput__Output {
  'name': (string);
  'mount_point': (string);
  'path': (string);
  'rotation_schedule': (string);
  'rotation_window': (string);
  'rotation_period': (string);
}
