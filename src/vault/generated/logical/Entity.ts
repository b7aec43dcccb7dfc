// Original file: proto/vault/identity.proto

import type { Alias as _logical_Alias, Alias__Output as _logical_Alias__Output } from '../logical/Alias.ts';

export interface Entity {
  'ID'?: (string);
  'name'?: (string);
  'aliases'?: (_logical_Alias)[];
  'metadata'?: ({[key: string]: string});
  'disabled'?: (boolean);
  'namespace_id'?: (string);
}

export interface Entity__Output {
  'ID': (string);
  'name': (string);
  'aliases': (_logical_Alias__Output)[];
  'metadata': ({[key: string]: string});
  'disabled': (boolean);
  'namespace_id': (string);
}
