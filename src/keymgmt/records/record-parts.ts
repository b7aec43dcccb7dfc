import { recordStore, type ReadCache, type RecordCodec, type StorageReader } from '../../framework/index.ts';
import type { Storage } from '../../logical/index.ts';

/** How large the entries become that records of keys and distributions with many versions are divided into. */
export interface RecordSizes {
  /**
   * Versions in one part. A record with no more than these is a single entry. 64 versions of an RSA-4096 key are about
   * 54 kB, far below the limits of storage backends (raft: 1 MiB an entry, Consul: 512 KiB).
   */
  readonly part: number;
  /** Changes that the head of a divided distribution record collects before they go into its parts. */
  readonly changes: number;
}

/** The largest size of a part that is read; what claims more is no record of ours. */
export const LARGEST_PART = 256;
/** The largest number of parts of a record; counted up to, so a wrong one must not be huge. */
export const MOST_PARTS = 10_000;

export const RECORD_SIZES: RecordSizes = { part: 64, changes: 16 };

/** Reads under way at a time. */
const CONCURRENCY = 16;

/** The parts of records of one kind, at `<prefix><record>/<part>`. */
export interface PartStore<T> {
  /** Parts by their names, in that order; undefined where any is missing. @throws {Error} for one that is unreadable */
  getAll(
    storage: StorageReader,
    record: string,
    parts: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly T[] | undefined>;
  put(storage: Storage, record: string, part: string, value: T, signal?: AbortSignal): Promise<void>;
  /** Deletes all parts of a record, also those that its head does not name. */
  deleteAll(storage: Storage, record: string, signal?: AbortSignal): Promise<void>;
}

/** Makes the store of one kind of parts. `prefix` ends in `/`. */
export function partStore<T>(prefix: string, codec: RecordCodec<T>, cache: ReadCache): PartStore<T> {
  const store = recordStore({ prefix, codec, cache });
  return {
    async getAll(storage, record, parts, signal) {
      const found: T[] = [];
      for (let start = 0; start < parts.length; start += CONCURRENCY) {
        const names = parts.slice(start, start + CONCURRENCY);
        const read = await Promise.all(names.map((part) => store.get(storage, `${record}/${part}`, signal)));
        for (const value of read) {
          if (value === undefined) return undefined;
          found.push(value);
        }
      }
      return found;
    },
    put: (storage, record, part, value, signal) => store.put(storage, `${record}/${part}`, value, signal),
    async deleteAll(storage, record, signal) {
      for (const part of await store.list(storage, `${record}/`, signal)) {
        await store.delete(storage, `${record}/${part}`, signal);
      }
    },
  };
}
