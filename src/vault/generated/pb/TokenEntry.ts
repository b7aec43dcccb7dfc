// Original file: proto/vault/backend.proto

import type { Long } from '@grpc/proto-loader';

export interface TokenEntry {
  'id'?: (string);
  'accessor'?: (string);
  'parent'?: (string);
  'policies'?: (string)[];
  'path'?: (string);
  'meta'?: ({[key: string]: string});
  'display_name'?: (string);
  'num_uses'?: (number | string | Long);
  'creation_time'?: (number | string | Long);
  'ttl'?: (number | string | Long);
  'explicit_max_ttl'?: (number | string | Long);
  'role'?: (string);
  'period'?: (number | string | Long);
  'entity_id'?: (string);
  'bound_cidrs'?: (string)[];
  'namespace_id'?: (string);
  'cubbyhole_id'?: (string);
  'type'?: (number);
  'internal_meta'?: ({[key: string]: string});
  'inline_policy'?: (string);
  'no_identity_policies'?: (boolean);
  'external_id'?: (string);
}

export interface TokenEntry__Output {
  'id': (string);
  'accessor': (string);
  'parent': (string);
  'policies': (string)[];
  'path': (string);
  'meta': ({[key: string]: string});
  'display_name': (string);
  'num_uses': (string);
  'creation_time': (string);
  'ttl': (string);
  'explicit_max_ttl': (string);
  'role': (string);
  'period': (string);
  'entity_id': (string);
  'bound_cidrs': (string)[];
  'namespace_id': (string);
  'cubbyhole_id': (string);
  'type': (number);
  'internal_meta': ({[key: string]: string});
  'inline_policy': (string);
  'no_identity_policies': (boolean);
  'external_id': (string);
}
