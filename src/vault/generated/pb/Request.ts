// Original file: proto/vault/backend.proto

import type { Secret as _pb_Secret, Secret__Output as _pb_Secret__Output } from '../pb/Secret.ts';
import type { Auth as _pb_Auth, Auth__Output as _pb_Auth__Output } from '../pb/Auth.ts';
import type { Header as _pb_Header, Header__Output as _pb_Header__Output } from '../pb/Header.ts';
import type { RequestWrapInfo as _pb_RequestWrapInfo, RequestWrapInfo__Output as _pb_RequestWrapInfo__Output } from '../pb/RequestWrapInfo.ts';
import type { Connection as _pb_Connection, Connection__Output as _pb_Connection__Output } from '../pb/Connection.ts';
import type { Long } from '@grpc/proto-loader';

export interface Request {
  'id'?: (string);
  'ReplicationCluster'?: (string);
  'operation'?: (string);
  'path'?: (string);
  'data'?: (string);
  'secret'?: (_pb_Secret | null);
  'auth'?: (_pb_Auth | null);
  'headers'?: ({[key: string]: _pb_Header});
  'client_token'?: (string);
  'client_token_accessor'?: (string);
  'display_name'?: (string);
  'mount_point'?: (string);
  'mount_type'?: (string);
  'mount_accessor'?: (string);
  'wrap_info'?: (_pb_RequestWrapInfo | null);
  'client_token_remaining_uses'?: (number | string | Long);
  'entity_id'?: (string);
  'policy_override'?: (boolean);
  'unauthenticated'?: (boolean);
  'connection'?: (_pb_Connection | null);
  'requires_snapshot_id'?: (string);
}

export interface Request__Output {
  'id': (string);
  'ReplicationCluster': (string);
  'operation': (string);
  'path': (string);
  'data': (string);
  'secret': (_pb_Secret__Output | null);
  'auth': (_pb_Auth__Output | null);
  'headers': ({[key: string]: _pb_Header__Output});
  'client_token': (string);
  'client_token_accessor': (string);
  'display_name': (string);
  'mount_point': (string);
  'mount_type': (string);
  'mount_accessor': (string);
  'wrap_info': (_pb_RequestWrapInfo__Output | null);
  'client_token_remaining_uses': (string);
  'entity_id': (string);
  'policy_override': (boolean);
  'unauthenticated': (boolean);
  'connection': (_pb_Connection__Output | null);
  'requires_snapshot_id': (string);
}
