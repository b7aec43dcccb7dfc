import type { BackendContext, Storage } from '../logical/index.ts';
import type { ReadCache, StorageReader, Written } from './read-cache.ts';

/** How a record becomes bytes and back. */
export interface RecordCodec<T> {
  encode(record: T): Uint8Array;
  /** @throws {Error} naming the wrong field, never a value: records hold credentials */
  decode(bytes: Uint8Array): T;
}

export interface RecordStoreOptions<T> {
  /** Folder of the records, ending in `/`. */
  readonly prefix: string;
  readonly codec: RecordCodec<T>;
  /** @default false */
  readonly sealWrap?: boolean;
  /** Told of every write. Not for records that hold secrets. @default none: `peek` reads storage */
  readonly cache?: ReadCache;
  /** Whether `peek` gives this record as it is, so that the cache may remember what was written. @default never */
  readonly isWhole?: (record: T) => boolean;
}

/** The records of one kind in one mount. Everything that is read or written goes through it. */
export interface RecordStore<T> {
  /** The record, or undefined. @throws {Error} when what is stored is not one */
  get(storage: StorageReader, name: string, signal?: AbortSignal): Promise<T | undefined>;
  /**
   * The record as the cache or storage has it, for a read that shows it: what decides a write takes `get`. Frozen where
   * there is a cache. @throws {Error} as `get`
   */
  peek(context: BackendContext, name: string): Promise<T | undefined>;
  put(storage: Storage, name: string, record: T, signal?: AbortSignal): Promise<void>;
  delete(storage: Storage, name: string, signal?: AbortSignal): Promise<void>;
  /** Names below a folder of the store (empty, or ending in `/`), sorted; folders end in `/`. */
  list(storage: Storage, folder: string, signal?: AbortSignal): Promise<readonly string[]>;
}

/** Makes the store of one kind of record; one for each mount. */
export function recordStore<T>(options: RecordStoreOptions<T>): RecordStore<T> {
  const { prefix, codec, sealWrap = false, cache, isWhole = () => false } = options;
  const changing = async (key: string, write: () => Promise<void>, written?: Written): Promise<void> =>
    cache ? cache.changing(key, write, written) : write();
  const store: RecordStore<T> = {
    async get(storage, name, signal) {
      const entry = await storage.get(prefix + name, signal);
      if (!entry) return undefined;
      try {
        return codec.decode(entry.value);
      } catch (error) {
        // A parser's own error quotes what it stumbled over; only our codecs' texts are known to be clean.
        const reason = error instanceof SyntaxError || !(error instanceof Error) ? 'not JSON' : error.message;
        throw new Error(`the record at "${prefix}${name}" cannot be read: ${reason}`);
      }
    },
    async peek(context, name) {
      const read = (storage: StorageReader): Promise<T | undefined> => store.get(storage, name, context.signal);
      return cache ? cache.peek(context, prefix + name, read) : read(context.storage);
    },
    async put(storage, name, record, signal) {
      const key = prefix + name;
      const value = codec.encode(record);
      const written = { storage, size: value.length, record: () => codec.decode(value) };
      const write = (): Promise<void> => storage.put({ key, value, sealWrap }, signal);
      await changing(key, write, isWhole(record) ? written : undefined);
    },
    async delete(storage, name, signal) {
      await changing(prefix + name, () => storage.delete(prefix + name, signal));
    },
    list: (storage, folder, signal) => storage.list(prefix + folder, signal),
  };
  return store;
}
