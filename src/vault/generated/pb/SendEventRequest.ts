// Original file: proto/vault/events.proto

import type { EventData as _logical_EventData, EventData__Output as _logical_EventData__Output } from '../logical/EventData.ts';

export interface SendEventRequest {
  'event_type'?: (string);
  'event'?: (_logical_EventData | null);
}

export interface SendEventRequest__Output {
  'event_type': (string);
  'event': (_logical_EventData__Output | null);
}
