import type { BackendContext, Storage, SystemView } from '../logical/index.ts';
import type { Clock } from '../support/clock.ts';

/** The part of a storage that a cached read may use: what it gets is noted, a list could not be. */
export type StorageReader = Pick<Storage, 'get'>;

/** What a cache did so far, and what it holds now. */
export interface ReadCacheStats {
  readonly hits: number;
  readonly misses: number;
  /** Records that left it for lack of room. */
  readonly evictions: number;
  readonly entries: number;
  /** Memory that the entries are estimated to take. */
  readonly bytes: number;
}

/**
 * Decoded records of one mount, for reads that show them and decide nothing. Whatever decides a write reads storage.
 *
 * A read that begins after a write was acknowledged never gets what was there before: a record is remembered only if
 * none of the storage keys it was read from has changed, or may have, since the read began. Keys change by the writes
 * of this process ({@link ReadCache.changing}), and by those of others, which the server tells of
 * ({@link ReadCache.invalidate}). A record is also bound to the Storage object that it was read from, and read again
 * after {@link MAX_AGE_MS}, for changes that neither knows of: a server's `sys/raw`, storage replaced beneath a server.
 *
 * Absence is not remembered, and nothing is where the server says that caching is disabled, or does not say.
 */
export interface ReadCache {
  /**
   * The record named by a storage key, deeply frozen; undefined when there is none.
   *
   * @param read - reads it from the storage it is given; the same for every call with that key
   * @throws what `read` throws
   */
  peek<T>(
    context: BackendContext,
    key: string,
    read: (storage: StorageReader) => Promise<T | undefined>,
  ): Promise<T | undefined>;
  /**
   * Runs a write to a storage key, and forgets what was read from it: before, and after it has succeeded or failed.
   *
   * @param written - remembered after a success, unless the key has changed meanwhile
   */
  changing<T>(key: string, write: () => Promise<T>, written?: Written): Promise<T>;
  /** Forgets what was read from a storage key; all, for a folder or the empty key. */
  invalidate(key: string): void;
  clear(): void;
  stats(): ReadCacheStats;
}

/** What a write leaves: the record named by its storage key, and read from that key alone. */
export interface Written {
  readonly storage: Storage;
  /** Length of what is stored. */
  readonly size: number;
  /** What a read would give. */
  readonly record: () => unknown;
}

export interface ReadCacheOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Of all entries. @default 16 MiB */
  readonly maxBytes?: number;
}

const MAX_BYTES = 16 * 1024 * 1024;
export const MAX_AGE_MS = 60_000;

/** A read under way, which becomes an entry where nothing has changed when it is over. */
interface Entry {
  readonly key: string;
  readonly storage: Storage;
  /** Storage keys that it was read from. */
  readonly keys: string[];
  /** When the read began. */
  readonly since: number;
  bytes: number;
  changed: boolean;
  record?: unknown;
}

/** Makes an empty cache. */
export function readCache({ clock, maxBytes = MAX_BYTES }: ReadCacheOptions): ReadCache {
  /** By the key of the record; the one used longest ago comes first. */
  const entries = new Map<string, Entry>();
  /** Entries and reads under way, by the storage keys that they depend on. */
  const dependents = new Map<string, Set<Entry>>();
  let disabled: boolean | undefined;
  let bytes = 0;
  let hits = 0;
  let misses = 0;
  let evictions = 0;

  const depend = (entry: Entry, key: string): void => {
    entry.keys.push(key);
    const others = dependents.get(key);
    if (others) others.add(entry);
    else dependents.set(key, new Set([entry]));
  };
  const newEntry = (key: string, storage: Storage): Entry => ({
    ...{ key, storage, keys: [], since: clock.monotonic(), bytes: 0, changed: false },
  });
  const forget = (entry: Entry): void => {
    entry.changed = true;
    for (const key of entry.keys) {
      const all = dependents.get(key);
      all?.delete(entry);
      if (all?.size === 0) dependents.delete(key);
    }
    if (entries.get(entry.key) !== entry) return;
    entries.delete(entry.key);
    bytes -= entry.bytes;
  };
  const changed = (key: string): void => {
    for (const entry of dependents.get(key) ?? []) forget(entry);
  };
  const clear = (): void => {
    for (const all of [...dependents.values()]) for (const entry of all) forget(entry);
  };
  const remember = (entry: Entry, record: unknown): void => {
    entry.record = record;
    entry.bytes += ENTRY_BYTES + entry.keys.length * DEPENDENCY_BYTES;
    const previous = entries.get(entry.key);
    if (previous) forget(previous);
    if (entry.bytes > maxBytes) {
      forget(entry);
      return;
    }
    entries.set(entry.key, entry);
    bytes += entry.bytes;
    for (const oldest of entries.values()) {
      if (bytes <= maxBytes) break;
      forget(oldest);
      evictions++;
    }
  };
  const isDisabled = async (system: SystemView, signal: AbortSignal): Promise<boolean> => {
    try {
      disabled ??= await system.cachingDisabled(signal);
    } catch {
      // The read itself shows whether the server answers.
      return true;
    }
    return disabled;
  };
  /** The entry of a key, if it is one of that storage and not too old; it becomes the one used last. */
  const hit = (storage: Storage, key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry?.storage !== storage) return undefined;
    if (clock.monotonic() - entry.since >= MAX_AGE_MS) {
      forget(entry);
      return undefined;
    }
    entries.delete(key);
    entries.set(key, entry);
    return entry;
  };

  return {
    async peek<T>(
      { storage, system, signal }: BackendContext,
      key: string,
      read: (storage: StorageReader) => Promise<T | undefined>,
    ) {
      const known = hit(storage, key);
      if (known) {
        hits++;
        return known.record as T;
      }
      if (storage.ofOneRequest === true || (await isDisabled(system, signal))) return read(storage);
      misses++;
      const entry = newEntry(key, storage);
      let record: T | undefined;
      try {
        record = await read({
          async get(each, ...rest) {
            depend(entry, each);
            const stored = await storage.get(each, ...rest);
            entry.bytes += (stored?.value.length ?? 0) * DECODED_BYTES;
            return stored;
          },
        });
      } finally {
        if (record === undefined) forget(entry);
      }
      if (record === undefined) return undefined;
      deepFreeze(record);
      if (!entry.changed) remember(entry, record);
      return record;
    },
    async changing(key, write, written) {
      changed(key);
      // Shows whether somebody else has changed the key meanwhile.
      const watch = written && newEntry(key, written.storage);
      if (watch) depend(watch, key);
      let result: Awaited<ReturnType<typeof write>>;
      try {
        result = await write();
      } catch (error) {
        changed(key);
        throw error;
      }
      const isUnchanged = watch?.changed === false;
      changed(key);
      // Where the server has not yet said whether caching is disabled, the next read asks.
      if (written && isUnchanged && disabled === false && written.storage.ofOneRequest !== true) {
        const entry = { ...newEntry(key, written.storage), bytes: written.size * DECODED_BYTES };
        depend(entry, key);
        const record = written.record();
        deepFreeze(record);
        remember(entry, record);
      }
      return result;
    },
    invalidate(key) {
      if (key === '' || key.endsWith('/')) clear();
      else changed(key);
    },
    clear,
    stats: () => ({ hits, misses, evictions, entries: entries.size, bytes }),
  };
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const each of Object.values(value)) deepFreeze(each);
}

/** Measured with V8: what an entry takes beside its record, and each storage key it depends on. */
const ENTRY_BYTES = 640;
const DEPENDENCY_BYTES = 256;
/** Memory that a decoded record takes, for each byte of JSON. */
const DECODED_BYTES = 2;
