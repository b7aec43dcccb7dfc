// Original file: proto/vault/system-view.proto

import type { Group as _logical_Group, Group__Output as _logical_Group__Output } from '../logical/Group.ts';

export interface GroupsForEntityReply {
  'groups'?: (_logical_Group)[];
  'err'?: (string);
}

export interface GroupsForEntityReply__Output {
  'groups': (_logical_Group__Output)[];
  'err': (string);
}
