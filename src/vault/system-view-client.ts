import type { HostConnection } from '../goplugin/host-connection.ts';
import { isUnimplemented } from '../goplugin/rpc-error.ts';
import { ReplicationState, type SystemView } from '../logical/index.ts';
import type { WallClock } from '../support/clock.ts';
import type { SystemViewDefinition } from './generated/pb/SystemView.ts';

/** Every request that may write asks before its handler, and under a lock again. */
const REPLICATION_STATE_MS = 1_000;
const STANDBY = ReplicationState.drSecondary | ReplicationState.performanceStandby;

/**
 * The server as a mount sees it, asked over the brokered connection. What cannot change is asked once, and that this node
 * is no standby is good for a second: a node that becomes one sets its mounts up anew, and with them this.
 */
export function systemViewClient(
  connection: Pick<HostConnection, 'call'>,
  service: SystemViewDefinition,
  clock: Pick<WallClock, 'now'>,
): SystemView {
  let known: { readonly at: number; readonly state: number } | undefined;
  let local: boolean | undefined;
  let cachingDisabled: boolean | undefined;
  let version: string | undefined;
  return {
    async replicationState(signal) {
      const at = clock.now();
      // The clock may have been set back.
      if (known && Math.abs(at - known.at) < REPLICATION_STATE_MS) return known.state;
      const { state } = await connection.call(service.ReplicationState, {}, { signal });
      known = (state & STANDBY) === 0 ? { at, state } : undefined;
      return state;
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
