// Original file: proto/vault/event.proto


export interface EventPluginInfo {
  'mount_class'?: (string);
  'mount_accessor'?: (string);
  'mount_path'?: (string);
  'plugin'?: (string);
  'plugin_version'?: (string);
  'version'?: (string);
}

export interface EventPluginInfo__Output {
  'mount_class': (string);
  'mount_accessor': (string);
  'mount_path': (string);
  'plugin': (string);
  'plugin_version': (string);
  'version': (string);
}
