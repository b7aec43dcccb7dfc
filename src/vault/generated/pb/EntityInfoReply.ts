// Original file: proto/vault/system-view.proto

import type { Entity as _logical_Entity, Entity__Output as _logical_Entity__Output } from '../logical/Entity.ts';

export interface EntityInfoReply {
  'entity'?: (_logical_Entity | null);
  'err'?: (string);
}

export interface EntityInfoReply__Output {
  'entity': (_logical_Entity__Output | null);
  'err': (string);
}
