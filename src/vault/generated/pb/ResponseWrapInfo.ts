// Original file: proto/vault/backend.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface ResponseWrapInfo {
  'TTL'?: (number | string | Long);
  'token'?: (string);
  'accessor'?: (string);
  'creation_time'?: (_google_protobuf_Timestamp | null);
  'wrapped_accessor'?: (string);
  'wrapped_entity_id'?: (string);
  'format'?: (string);
  'creation_path'?: (string);
  'seal_wrap'?: (boolean);
}

export interface ResponseWrapInfo__Output {
  'TTL': (string);
  'token': (string);
  'accessor': (string);
  'creation_time': (_google_protobuf_Timestamp__Output | null);
  'wrapped_accessor': (string);
  'wrapped_entity_id': (string);
  'format': (string);
  'creation_path': (string);
  'seal_wrap': (boolean);
}
