// Original file: proto/vault/event.proto

import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from '../google/protobuf/Struct.ts';

export interface EventData {
  'id'?: (string);
  'metadata'?: (_google_protobuf_Struct | null);
  'entity_ids'?: (string)[];
  'note'?: (string);
}

export interface EventData__Output {
  'id': (string);
  'metadata': (_google_protobuf_Struct__Output | null);
  'entity_ids': (string)[];
  'note': (string);
}
