// Original file: proto/vault/system-view.proto

import type { Long } from '@grpc/proto-loader';

export interface TTLReply {
  'TTL'?: (number | string | Long);
}

export interface TTLReply__Output {
  'TTL': (string);
}
