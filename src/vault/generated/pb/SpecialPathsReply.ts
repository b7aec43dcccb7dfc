// Original file: proto/vault/backend.proto

import type { Paths as _pb_Paths, Paths__Output as _pb_Paths__Output } from '../pb/Paths.ts';

export interface SpecialPathsReply {
  'paths'?: (_pb_Paths | null);
}

export interface SpecialPathsReply__Output {
  'paths': (_pb_Paths__Output | null);
}
