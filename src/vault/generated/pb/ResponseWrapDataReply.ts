// Original file: proto/vault/system-view.proto

import type { ResponseWrapInfo as _pb_ResponseWrapInfo, ResponseWrapInfo__Output as _pb_ResponseWrapInfo__Output } from '../pb/ResponseWrapInfo.ts';

export interface ResponseWrapDataReply {
  'wrap_info'?: (_pb_ResponseWrapInfo | null);
  'err'?: (string);
}

export interface ResponseWrapDataReply__Output {
  'wrap_info': (_pb_ResponseWrapInfo__Output | null);
  'err': (string);
}
