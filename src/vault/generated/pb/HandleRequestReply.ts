// Original file: proto/vault/backend.proto

import type { Response as _pb_Response, Response__Output as _pb_Response__Output } from '../pb/Response.ts';
import type { ProtoError as _pb_ProtoError, ProtoError__Output as _pb_ProtoError__Output } from '../pb/ProtoError.ts';

export interface HandleRequestReply {
  'response'?: (_pb_Response | null);
  'err'?: (_pb_ProtoError | null);
}

export interface HandleRequestReply__Output {
  'response': (_pb_Response__Output | null);
  'err': (_pb_ProtoError__Output | null);
}
