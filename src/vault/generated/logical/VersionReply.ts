// Original file: proto/vault/version.proto


export interface VersionReply {
  'plugin_version'?: (string);
}

export interface VersionReply__Output {
  'plugin_version': (string);
}
