// Original file: proto/vault/backend.proto

import type { LeaseOptions as _pb_LeaseOptions, LeaseOptions__Output as _pb_LeaseOptions__Output } from '../pb/LeaseOptions.ts';
import type { Alias as _logical_Alias, Alias__Output as _logical_Alias__Output } from '../logical/Alias.ts';
import type { Long } from '@grpc/proto-loader';

export interface Auth {
  'lease_options'?: (_pb_LeaseOptions | null);
  'internal_data'?: (string);
  'display_name'?: (string);
  'policies'?: (string)[];
  'metadata'?: ({[key: string]: string});
  'client_token'?: (string);
  'accessor'?: (string);
  'period'?: (number | string | Long);
  'num_uses'?: (number | string | Long);
  'entity_id'?: (string);
  'alias'?: (_logical_Alias | null);
  'group_aliases'?: (_logical_Alias)[];
  'bound_cidrs'?: (string)[];
  'token_policies'?: (string)[];
  'identity_policies'?: (string)[];
  'explicit_max_ttl'?: (number | string | Long);
  'token_type'?: (number);
  'no_default_policy'?: (boolean);
}

export interface Auth__Output {
  'lease_options': (_pb_LeaseOptions__Output | null);
  'internal_data': (string);
  'display_name': (string);
  'policies': (string)[];
  'metadata': ({[key: string]: string});
  'client_token': (string);
  'accessor': (string);
  'period': (string);
  'num_uses': (string);
  'entity_id': (string);
  'alias': (_logical_Alias__Output | null);
  'group_aliases': (_logical_Alias__Output)[];
  'bound_cidrs': (string)[];
  'token_policies': (string)[];
  'identity_policies': (string)[];
  'explicit_max_ttl': (string);
  'token_type': (number);
  'no_default_policy': (boolean);
}
