import { StorageError, type Storage, type StorageEntry } from './storage.ts';

/** A {@link Storage} in memory, for tests and tools; it behaves as a server's does, and gives no copy of itself away. */
export interface InMemoryStorage extends Storage {
  /** All keys that hold a record, sorted. */
  keys(): readonly string[];
}

/**
 * Makes an empty storage in memory, or one over a map that outlives it.
 *
 * @throws {StorageError} `relative paths not supported` for a key with `..`, as Vault's barrier view does
 */
export function inMemoryStorage(records = new Map<string, StorageEntry>()): InMemoryStorage {
  const checked = (key: string): string => {
    if (key.includes('..')) throw new StorageError('relative paths not supported');
    return key;
  };
  return {
    keys: () => [...records.keys()].sort(),
    async get(key) {
      const entry = records.get(checked(key));
      return entry && copyOf(entry);
    },
    async put(entry) {
      records.set(checked(entry.key), copyOf(entry));
    },
    async delete(key) {
      records.delete(checked(key));
    },
    async list(prefix) {
      const names = new Set<string>();
      for (const key of records.keys()) {
        if (!key.startsWith(checked(prefix))) continue;
        const rest = key.slice(prefix.length);
        const slash = rest.indexOf('/');
        names.add(slash < 0 ? rest : rest.slice(0, slash + 1));
      }
      return [...names].sort();
    },
  };
}

// The caller may zero its buffer after a put, or change what it got: neither may reach the stored record.
function copyOf(entry: StorageEntry): StorageEntry {
  return { ...entry, value: Buffer.from(entry.value) };
}
