import type { HostConnection } from '../goplugin/host-connection.ts';
import { isUnimplemented } from '../goplugin/rpc-error.ts';
import type { SystemView } from '../logical/index.ts';
import type { WallClock } from '../support/clock.ts';
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

/** A request asks whether it may write before its handler, and under a lock again, most often at once. */
const REPLICATION_STATE_MS = 1_000;

/** The server as one request sees it: the replication state is good for a second, so that it is asked for once. */
export function systemViewOfRequest(system: SystemView, clock: WallClock): SystemView {
  let known: { readonly at: number; readonly state: number } | undefined;
  return {
    ...system,
    async replicationState(signal) {
      // The clock may have been set back.
      if (known && Math.abs(clock.now() - known.at) < REPLICATION_STATE_MS) return known.state;
      const at = clock.now();
      known = { at, state: await system.replicationState(signal) };
      return known.state;
    },
  };
}
