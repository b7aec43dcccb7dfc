// Original file: proto/vault/backend.proto

import type { Request as _pb_Request, Request__Output as _pb_Request__Output } from '../pb/Request.ts';

export interface HandleExistenceCheckArgs {
  'storage_id'?: (number);
  'request'?: (_pb_Request | null);
}

export interface HandleExistenceCheckArgs__Output {
  'storage_id': (number);
  'request': (_pb_Request__Output | null);
}
