// Original file: proto/vault/events.proto

import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from '../google/protobuf/Struct.ts';

export interface RecordObservationRequest {
  'observation_type'?: (string);
  'data'?: (_google_protobuf_Struct | null);
}

export interface RecordObservationRequest__Output {
  'observation_type': (string);
  'data': (_google_protobuf_Struct__Output | null);
}
