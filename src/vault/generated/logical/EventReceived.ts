// Original file: proto/vault/event.proto

import type { EventData as _logical_EventData, EventData__Output as _logical_EventData__Output } from '../logical/EventData.ts';
import type { EventPluginInfo as _logical_EventPluginInfo, EventPluginInfo__Output as _logical_EventPluginInfo__Output } from '../logical/EventPluginInfo.ts';

export interface EventReceived {
  'event'?: (_logical_EventData | null);
  'namespace'?: (string);
  'event_type'?: (string);
  'plugin_info'?: (_logical_EventPluginInfo | null);
}

export interface EventReceived__Output {
  'event': (_logical_EventData__Output | null);
  'namespace': (string);
  'event_type': (string);
  'plugin_info': (_logical_EventPluginInfo__Output | null);
}
