// Original file: proto/vault/system-view.proto

import type { Long } from '@grpc/proto-loader';

export interface ResponseWrapDataArgs {
  'data'?: (string);
  'TTL'?: (number | string | Long);
  'JWT'?: (boolean);
}

export interface ResponseWrapDataArgs__Output {
  'data': (string);
  'TTL': (string);
  'JWT': (boolean);
}
