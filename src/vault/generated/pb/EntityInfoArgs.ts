// Original file: proto/vault/system-view.proto


export interface EntityInfoArgs {
  'entity_id'?: (string);
}

export interface EntityInfoArgs__Output {
  'entity_id': (string);
}
