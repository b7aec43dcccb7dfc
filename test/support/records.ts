import type { Desired } from '../../src/providers/planner.ts';
import { HOME } from '../../src/providers/step.ts';
import type { StorageEntry } from '../../src/logical/index.ts';
import type { Key } from '../../src/keymgmt/records/key.ts';
import type { Distribution, VersionRecord } from '../../src/keymgmt/records/distribution.ts';

/** The storage entry that says that a key is being created or deleted, as a process leaves it that dies then. */
export const keyChange = (name: string, change: 'creation' | 'deletion', latest = 1): StorageEntry => ({
  key: `key-change/${name}`,
  value: Buffer.from(JSON.stringify({ schema: 1, change, since: '2026-01-01T00:00:00.000Z', latest_version: latest })),
});

/** A version that is being made; nobody knows yet whether it was. */
export const creating = (attempt: string): VersionRecord => ({
  state: 'creating',
  attempt,
  since: '2026-01-01T00:00:00.000Z',
});

/** A version that exists in the cloud, and has no material there as far as is known. */
export const created = (id: string): VersionRecord => ({ state: 'created', attempt: `a-${id}`, remote_id: id });

/** A version with its material; nobody knows whether it is enabled where that is left out. */
export const ready = (id: string, enabled?: boolean): VersionRecord => ({
  state: enabled === undefined ? 'switching' : enabled ? 'enabled' : 'disabled',
  attempt: `a-${id}`,
  remote_id: id,
});

/** The record of a distribution. */
export const known = (
  versions: Readonly<Record<string, VersionRecord>>,
  rest: Partial<Distribution> = {},
): Distribution => ({
  name: 'k-1700000000',
  distribution_time: '2023-11-14T22:13:20.000Z',
  purpose: ['decrypt', 'encrypt'],
  protection: 'hsm',
  removing: false,
  versions: { ...versions },
  ...rest,
});

/** Desires `count` versions, of which those from `minimum` on are enabled. */
export const desired = (count: number, minimum = 1): Extract<Desired, { present: true }> => ({
  present: true,
  enabled: new Map(Array.from({ length: count }, (_, index) => [index + 1, index + 1 >= minimum])),
  current: count,
  places: [HOME],
});

/** The record of a key with `count` versions, of which those from `minimum` on are enabled. */
export const keyWith = (count: number, minimum = 1): Key => ({
  schema: 1,
  type: 'aes256-gcm96',
  deletion_allowed: false,
  min_enabled_version: minimum,
  latest_version: count,
  versions: Object.fromEntries(Array.from({ length: count }, (_, index) => [index + 1, { creation_time: '' }])),
});
