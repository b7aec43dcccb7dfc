// Original file: proto/vault/backend.proto

import type { ProtoError as _pb_ProtoError, ProtoError__Output as _pb_ProtoError__Output } from '../pb/ProtoError.ts';

export interface InitializeReply {
  'err'?: (_pb_ProtoError | null);
}

export interface InitializeReply__Output {
  'err': (_pb_ProtoError__Output | null);
}
