// Original file: proto/vault/backend.proto

import type { Request as _pb_Request, Request__Output as _pb_Request__Output } from '../pb/Request.ts';

export interface HandleRequestArgs {
  'storage_id'?: (number);
  'request'?: (_pb_Request | null);
}

export interface HandleRequestArgs__Output {
  'storage_id': (number);
  'request': (_pb_Request__Output | null);
}
