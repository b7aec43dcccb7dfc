import type { Storage } from '../logical/index.ts';

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
}

/**
 * The records of one kind in one mount. Everything that is read or written goes through it: this is where a cache will
 * sit, emptied by own writes and by the server (Vault: `InvalidateKey`).
 */
export interface RecordStore<T> {
  /** The record, or undefined. @throws {Error} when what is stored is not one */
  get(storage: Storage, name: string, signal?: AbortSignal): Promise<T | undefined>;
  put(storage: Storage, name: string, record: T, signal?: AbortSignal): Promise<void>;
  delete(storage: Storage, name: string, signal?: AbortSignal): Promise<void>;
  /** Names below a folder of the store (empty, or ending in `/`), sorted; folders end in `/`. */
  list(storage: Storage, folder: string, signal?: AbortSignal): Promise<readonly string[]>;
}

/** Makes the store of one kind of record; one for each mount. */
export function recordStore<T>({ prefix, codec, sealWrap = false }: RecordStoreOptions<T>): RecordStore<T> {
  return {
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
    async put(storage, name, record, signal) {
      await storage.put({ key: prefix + name, value: codec.encode(record), sealWrap }, signal);
    },
    async delete(storage, name, signal) {
      await storage.delete(prefix + name, signal);
    },
    list: (storage, folder, signal) => storage.list(prefix + folder, signal),
  };
}
