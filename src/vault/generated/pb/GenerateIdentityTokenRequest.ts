// Original file: proto/vault/system-view.proto

import type { Long } from '@grpc/proto-loader';

export interface GenerateIdentityTokenRequest {
  'audience'?: (string);
  'ttl'?: (number | string | Long);
}

export interface GenerateIdentityTokenRequest__Output {
  'audience': (string);
  'ttl': (string);
}
