import type { HostConnection } from '../goplugin/host-connection.ts';
import { isUnimplemented } from '../goplugin/rpc-error.ts';
import type { SystemView } from '../logical/index.ts';
import type { SystemViewDefinition } from './generated/pb/SystemView.ts';

/** The server as a mount sees it, asked over the brokered connection. What cannot change is asked once. */
export function systemViewClient(connection: HostConnection, service: SystemViewDefinition): SystemView {
  let local: boolean | undefined;
  let cachingDisabled: boolean | undefined;
  let version: string | undefined;
  return {
    async replicationState(signal) {
      return (await connection.call(service.ReplicationState, {}, { signal })).state;
    },
    async localMount(signal) {
      local ??= (await connection.call(service.LocalMount, {}, { signal })).local;
      return local;
    },
    async tainted(signal) {
      return (await connection.call(service.Tainted, {}, { signal })).tainted;
    },
    async cachingDisabled(signal) {
      cachingDisabled ??= (await connection.call(service.CachingDisabled, {}, { signal })).disabled;
      return cachingDisabled;
    },
    async serverVersion(signal) {
      version ??= await askVersion(signal);
      return version;
    },
  };

  async function askVersion(signal: AbortSignal | undefined): Promise<string> {
    try {
      const { plugin_environment: environment, err } = await connection.call(service.PluginEnv, {}, { signal });
      if (err !== '') throw new Error(err);
      return environment?.vault_version ?? '';
    } catch (error) {
      if (isUnimplemented(error)) return '';
      throw error;
    }
  }
}
