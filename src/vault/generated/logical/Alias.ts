// Original file: proto/vault/identity.proto


export interface Alias {
  'mount_type'?: (string);
  'mount_accessor'?: (string);
  'name'?: (string);
  'metadata'?: ({[key: string]: string});
  'ID'?: (string);
  'namespace_id'?: (string);
  'custom_metadata'?: ({[key: string]: string});
  'local'?: (boolean);
}

export interface Alias__Output {
  'mount_type': (string);
  'mount_accessor': (string);
  'name': (string);
  'metadata': ({[key: string]: string});
  'ID': (string);
  'namespace_id': (string);
  'custom_metadata': ({[key: string]: string});
  'local': (boolean);
}
