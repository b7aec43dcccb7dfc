// Original file: proto/vault/backend.proto

import type { ProtoError as _pb_ProtoError, ProtoError__Output as _pb_ProtoError__Output } from '../pb/ProtoError.ts';

export interface HandleExistenceCheckReply {
  'check_found'?: (boolean);
  'exists'?: (boolean);
  'err'?: (_pb_ProtoError | null);
}

export interface HandleExistenceCheckReply__Output {
  'check_found': (boolean);
  'exists': (boolean);
  'err': (_pb_ProtoError__Output | null);
}
