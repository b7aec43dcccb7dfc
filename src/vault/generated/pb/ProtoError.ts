// Original file: proto/vault/backend.proto

import type { Long } from '@grpc/proto-loader';

export interface ProtoError {
  'err_type'?: (number);
  'err_msg'?: (string);
  'err_code'?: (number | string | Long);
}

export interface ProtoError__Output {
  'err_type': (number);
  'err_msg': (string);
  'err_code': (string);
}
