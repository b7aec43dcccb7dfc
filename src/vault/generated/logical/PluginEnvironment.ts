// Original file: proto/vault/version.proto


export interface PluginEnvironment {
  'vault_version'?: (string);
  'vault_version_prerelease'?: (string);
  'vault_version_metadata'?: (string);
}

export interface PluginEnvironment__Output {
  'vault_version': (string);
  'vault_version_prerelease': (string);
  'vault_version_metadata': (string);
}
