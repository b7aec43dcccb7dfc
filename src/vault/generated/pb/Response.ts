// Original file: proto/vault/backend.proto

import type { Secret as _pb_Secret, Secret__Output as _pb_Secret__Output } from '../pb/Secret.ts';
import type { Auth as _pb_Auth, Auth__Output as _pb_Auth__Output } from '../pb/Auth.ts';
import type { ResponseWrapInfo as _pb_ResponseWrapInfo, ResponseWrapInfo__Output as _pb_ResponseWrapInfo__Output } from '../pb/ResponseWrapInfo.ts';
import type { Header as _pb_Header, Header__Output as _pb_Header__Output } from '../pb/Header.ts';

export interface Response {
  'secret'?: (_pb_Secret | null);
  'auth'?: (_pb_Auth | null);
  'data'?: (string);
  'redirect'?: (string);
  'warnings'?: (string)[];
  'wrap_info'?: (_pb_ResponseWrapInfo | null);
  'headers'?: ({[key: string]: _pb_Header});
  'mount_type'?: (string);
}

export interface Response__Output {
  'secret': (_pb_Secret__Output | null);
  'auth': (_pb_Auth__Output | null);
  'data': (string);
  'redirect': (string);
  'warnings': (string)[];
  'wrap_info': (_pb_ResponseWrapInfo__Output | null);
  'headers': ({[key: string]: _pb_Header__Output});
  'mount_type': (string);
}
