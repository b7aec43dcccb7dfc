import { StorageError, type BackendContext } from '../../logical/index.ts';
import { currentDistribution } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';
import type { Distribution } from '../records/distribution.ts';
import { versionNumbers, type Key } from '../records/key.ts';
import type { Kms } from '../records/kms.ts';

/** One key with what it is distributed to. */
export interface InventoryKey {
  readonly name: string;
  /** With all versions. */
  readonly key: Key;
  /** Undefined where the key is in no KMS. */
  readonly home: InventoryHome | undefined;
}

/** Where a key is distributed. */
export interface InventoryHome {
  readonly kms: string;
  /** Undefined where the record of the KMS is missing. */
  readonly account: Kms | undefined;
  readonly distribution: Distribution;
}

/** A key whose records cannot be read: the others are to be seen all the same. */
export interface UnreadableKey {
  readonly name: string;
  readonly why: string;
}

/** Some keys in the order of their names. */
export interface InventoryPage {
  readonly keys: readonly InventoryKey[];
  readonly unreadable: readonly UnreadableKey[];
  /** Continues the inventory as `after`; empty at its end. */
  readonly next: string;
}

export interface InventoryRequest {
  /** Keys after this name, which need not exist. */
  readonly after: string;
  /** How many keys at most. */
  readonly limit: number;
}

/** A page ends with the key that reaches this: a key has up to thousands of versions, and an answer must stay small. */
const MOST_VERSIONS = 2_000;
/** No further key is read after this, so that the answer comes within the minute that Vault's clients wait. */
const PAGE_MS = 30_000;

/** Reads a page of the inventory from storage; asks no cloud. A key is never divided between pages. */
export async function inventoryPage(
  mount: Mount,
  context: BackendContext,
  { after, limit }: InventoryRequest,
): Promise<InventoryPage> {
  const { storage, signal } = context;
  const rest = (await mount.keys.list(storage, '', signal)).filter((name) => name > after);
  const accounts = new Map<string, Kms | undefined>();
  const end = mount.clock.monotonic() + PAGE_MS;
  const keys: InventoryKey[] = [];
  const unreadable: UnreadableKey[] = [];
  let looked = 0;
  let versions = 0;
  for (const name of rest.slice(0, limit)) {
    if (looked > 0 && (versions >= MOST_VERSIONS || mount.clock.monotonic() >= end)) break;
    looked++;
    try {
      const found = await readKey(mount, context, name, accounts);
      // Deleted since it was listed.
      if (!found) continue;
      keys.push(found);
      versions += versionNumbers(found.key).length;
    } catch (error) {
      if (!(error instanceof Error) || error instanceof StorageError || signal.aborted) throw error;
      unreadable.push({ name, why: error.message });
    }
  }
  return { keys, unreadable, next: rest.length > looked ? (rest[looked - 1] ?? '') : '' };
}

async function readKey(
  mount: Mount,
  context: BackendContext,
  name: string,
  accounts: Map<string, Kms | undefined>,
): Promise<InventoryKey | undefined> {
  const { storage, signal } = context;
  const key = await mount.keys.getWithAllVersions(storage, name, signal);
  if (!key) return undefined;
  const current = await currentDistribution(mount, context, name, key);
  if (!current) return { name, key, home: undefined };
  const { kms } = current.ref;
  if (!accounts.has(kms)) accounts.set(kms, await mount.kms.get(storage, kms, signal));
  return { name, key, home: { kms, account: accounts.get(kms), distribution: current.distribution } };
}
