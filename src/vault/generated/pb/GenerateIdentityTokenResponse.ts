// Original file: proto/vault/system-view.proto

import type { Long } from '@grpc/proto-loader';

export interface GenerateIdentityTokenResponse {
  'token'?: (string);
  'ttl'?: (number | string | Long);
}

export interface GenerateIdentityTokenResponse__Output {
  'token': (string);
  'ttl': (string);
}
