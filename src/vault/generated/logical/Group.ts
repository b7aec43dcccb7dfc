// Original file: proto/vault/identity.proto


export interface Group {
  'ID'?: (string);
  'name'?: (string);
  'metadata'?: ({[key: string]: string});
  'namespace_id'?: (string);
}

export interface Group__Output {
  'ID': (string);
  'name': (string);
  'metadata': ({[key: string]: string});
  'namespace_id': (string);
}
