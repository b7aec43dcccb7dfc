// Original file: proto/vault/backend.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface LeaseOptions {
  'TTL'?: (number | string | Long);
  'renewable'?: (boolean);
  'increment'?: (number | string | Long);
  'issue_time'?: (_google_protobuf_Timestamp | null);
  'MaxTTL'?: (number | string | Long);
}

export interface LeaseOptions__Output {
  'TTL': (string);
  'renewable': (boolean);
  'increment': (string);
  'issue_time': (_google_protobuf_Timestamp__Output | null);
  'MaxTTL': (string);
}
