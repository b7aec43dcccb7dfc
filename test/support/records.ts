import type { Desired } from '../../src/keymgmt/reconcile/desired.ts';
import type { StorageEntry } from '../../src/logical/index.ts';
import type { Distribution, RemoteVersion } from '../../src/keymgmt/records/distribution.ts';

/** The storage entry that says that a key is being created or deleted, as a process leaves it that dies then. */
export const keyChange = (name: string, change: 'creation' | 'deletion', latest = 1): StorageEntry => ({
  key: `key-change/${name}`,
  value: Buffer.from(JSON.stringify({ schema: 1, change, since: '2026-01-01T00:00:00.000Z', latest_version: latest })),
});

/** A version that is being made; nobody knows yet whether it was. */
export const creating = (attempt: string): RemoteVersion => ({
  state: 'creating',
  attempt,
  since: '2026-01-01T00:00:00.000Z',
});

/** A version that exists in the cloud, and has no material there as far as is known. */
export const created = (id: string): RemoteVersion => ({ state: 'created', attempt: `a-${id}`, remote_id: id });

/** A version with its material; whether it is enabled is in doubt when left out. */
export const ready = (id: string, enabled?: boolean): RemoteVersion => ({
  state: 'ready',
  attempt: `a-${id}`,
  remote_id: id,
  ...(enabled === undefined ? {} : { enabled }),
});

/** The record of a distribution. */
export const known = (
  versions: Readonly<Record<string, RemoteVersion>>,
  rest: Partial<Distribution> = {},
): Distribution => ({
  schema: 1,
  name: 'k-1700000000',
  distribution_time: '2023-11-14T22:13:20.000Z',
  purpose: ['decrypt', 'encrypt'],
  protection: 'hsm',
  removing: false,
  versions: { ...versions },
  ...rest,
});

/** Wishes `count` versions, of which those from `minimum` on are enabled. */
export const wish = (count: number, minimum = 1): Desired => ({
  present: true,
  enabled: new Map(Array.from({ length: count }, (_, index) => [index + 1, index + 1 >= minimum])),
  current: count,
});
