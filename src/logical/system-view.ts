import { READ_ONLY_TEXT, StorageError } from './storage.ts';

/** Bits of `consts.ReplicationState`; Community servers answer `drDisabled | performanceDisabled`. */
export const ReplicationState = {
  performancePrimary: 1 << 5,
  performanceSecondary: 1 << 6,
  drPrimary: 1 << 8,
  drSecondary: 1 << 9,
  performanceBootstrapping: 1 << 10,
  drBootstrapping: 1 << 11,
  performanceDisabled: 1 << 12,
  drDisabled: 1 << 13,
  performanceStandby: 1 << 14,
} as const;

/** The server as the mount sees it (Vault: `logical.SystemView`); only what a secrets engine here asks for. */
export interface SystemView {
  /** Bits of {@link ReplicationState}. */
  replicationState(signal?: AbortSignal): Promise<number>;
  localMount(signal?: AbortSignal): Promise<boolean>;
  /** Whether the mount is being disabled or moved just now: it gets no more requests at its path. */
  tainted(signal?: AbortSignal): Promise<boolean>;
  /** Whether the operator wants nothing of storage to be remembered (`disable_cache`, `force_no_cache` of the mount). */
  cachingDisabled(signal?: AbortSignal): Promise<boolean>;
  /** Version of the server, `1.21.1` say; empty where the server does not tell. */
  serverVersion(signal?: AbortSignal): Promise<string>;
}

/** Tells whether this node may write the mount's storage: the active node of a primary, or any of a local mount. */
export async function isWritable(system: SystemView, signal?: AbortSignal): Promise<boolean> {
  const state = await system.replicationState(signal);
  const { performanceSecondary, drSecondary, performanceStandby } = ReplicationState;
  if ((state & (drSecondary | performanceStandby)) !== 0) return false;
  return (state & performanceSecondary) === 0 || (await system.localMount(signal));
}

/** @throws {StorageError} on a node that may not write, by whose text the server forwards the request to one that may */
export async function requireWritable(system: SystemView, signal?: AbortSignal): Promise<void> {
  if (!(await isWritable(system, signal))) throw new StorageError(READ_ONLY_TEXT);
}
