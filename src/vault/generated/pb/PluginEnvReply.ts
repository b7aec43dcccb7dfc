// Original file: proto/vault/system-view.proto

import type { PluginEnvironment as _logical_PluginEnvironment, PluginEnvironment__Output as _logical_PluginEnvironment__Output } from '../logical/PluginEnvironment.ts';

export interface PluginEnvReply {
  'plugin_environment'?: (_logical_PluginEnvironment | null);
  'err'?: (string);
}

export interface PluginEnvReply__Output {
  'plugin_environment': (_logical_PluginEnvironment__Output | null);
  'err': (string);
}
