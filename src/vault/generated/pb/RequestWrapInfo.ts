// Original file: proto/vault/backend.proto

import type { Long } from '@grpc/proto-loader';

export interface RequestWrapInfo {
  'TTL'?: (number | string | Long);
  'format'?: (string);
  'seal_wrap'?: (boolean);
}

export interface RequestWrapInfo__Output {
  'TTL': (string);
  'format': (string);
  'seal_wrap': (boolean);
}
