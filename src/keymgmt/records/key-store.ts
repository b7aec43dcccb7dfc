import * as v from 'valibot';
import { jsonCodec, recordStore, type ReadCache, type RecordStore, type StorageReader } from '../../framework/index.ts';
import type { BackendContext, Storage } from '../../logical/index.ts';
import { partStore, type RecordSizes } from './record-parts.ts';
import { keySchema, versionSchema, type Key, type KeyVersion } from './key.ts';

/** Storage prefix of keys. */
const KEY_PREFIX = 'key/';
/** Storage prefix of the parts that hold the older versions of keys with many: `key-parts/<name>/<part>`. */
const PARTS_PREFIX = 'key-parts/';

const partSchema = v.looseObject({ schema: v.literal(1), versions: v.record(v.string(), versionSchema) });

/**
 * Keys without their material, at `key/<name>`.
 *
 * A version never changes once it is made. So the record keeps the newest ones only, and older ones move into parts,
 * each written once and for all before the record that no longer holds it: a part that no record names is ignored, and
 * written anew. `get` gives the record itself, which is enough for everything but describing the versions.
 */
export interface KeyStore extends RecordStore<Key> {
  /** For a read that shows it: the key with the versions from its `min_enabled_version` on, those in parts too. */
  peek(context: BackendContext, name: string): Promise<Key | undefined>;
  /** Deletes the record alone: it is what counts. */
  delete(storage: Storage, name: string, signal?: AbortSignal): Promise<void>;
  /** Deletes the parts of a key whose record is gone. */
  deleteParts(storage: Storage, name: string, signal?: AbortSignal): Promise<void>;
  /** For a report: the key with all versions, those below its `min_enabled_version` too. */
  getWithAllVersions(storage: Storage, name: string, signal: AbortSignal): Promise<Key | undefined>;
}

export function keyStore(sizes: RecordSizes, cache: ReadCache): KeyStore {
  const isWhole = ({ parts: older }: Key): boolean => older === undefined;
  const heads = recordStore({ prefix: KEY_PREFIX, codec: jsonCodec(keySchema), cache, isWhole });
  const parts = partStore(PARTS_PREFIX, jsonCodec(partSchema), cache);

  /** The versions in parts from `first` on; undefined where a part is missing. */
  const readParts = async (
    storage: StorageReader,
    name: string,
    { size, count }: NonNullable<Key['parts']>,
    first: number,
    signal?: AbortSignal,
  ): Promise<Key['versions'] | undefined> => {
    const from = Math.floor(Math.max(first - 1, 0) / size);
    const names = Array.from({ length: Math.max(count - from, 0) }, (_, index) => String(from + index));
    const found = await parts.getAll(storage, name, names, signal);
    if (!found) return undefined;
    const versions = found.flatMap((part) => Object.entries(part.versions));
    return Object.fromEntries(versions.filter(([version]) => Number(version) >= first));
  };

  const getWithVersions = async (
    storage: StorageReader,
    name: string,
    signal: AbortSignal,
  ): Promise<Key | undefined> => {
    for (let last = false; ; last = true) {
      const key = await heads.get(storage, name, signal);
      if (!key?.parts) return key;
      const older = await readParts(storage, name, key.parts, key.min_enabled_version, signal);
      if (older) return { ...key, versions: { ...older, ...key.versions } };
      // Readers hold no lock: the key may have been deleted since, which the next look shows.
      if (last) throw new Error(`a part of the record of key "${name}" is missing in storage`);
    }
  };

  return {
    get: (storage, name, signal) => heads.get(storage, name, signal),
    list: (storage, folder, signal) => heads.list(storage, folder, signal),
    // Under the name of the record and dependent on its parts, so that no part of another time gets into it.
    peek: (context, name) =>
      cache.peek(context, KEY_PREFIX + name, (storage) => getWithVersions(storage, name, context.signal)),
    async put(storage, name, key, signal) {
      const { head, moved } = divided(key, sizes.part);
      for (const [part, versions] of moved) {
        await parts.put(storage, name, String(part), { schema: 1, versions }, signal);
      }
      await heads.put(storage, name, head, signal);
    },
    delete: (storage, name, signal) => heads.delete(storage, name, signal),
    deleteParts: (storage, name, signal) => parts.deleteAll(storage, name, signal),
    async getWithAllVersions(storage, name, signal) {
      for (let last = false; ; last = true) {
        const key = await heads.get(storage, name, signal);
        if (!key?.parts) return key;
        const older = await readParts(storage, name, key.parts, 1, signal);
        if (older) return { ...key, versions: { ...older, ...key.versions } };
        if (last) throw new Error(`a part of the record of key "${name}" is missing in storage`);
      }
    },
  };
}

/** Divides a key into what its record keeps and the parts to be written before it. Pure. */
function divided(
  key: Key,
  partSize: number,
): { readonly head: Key; readonly moved: ReadonlyMap<number, Record<string, KeyVersion>> } {
  // Parts of one key all have the size of its first one, whatever a later release thinks of it.
  const size = key.parts?.size ?? partSize;
  const moved = new Map<number, Record<string, KeyVersion>>();
  let count = key.parts?.count ?? 0;
  for (; key.latest_version - count * size > size; count++) {
    const part: Record<string, KeyVersion> = {};
    for (let version = count * size + 1; version <= (count + 1) * size; version++) {
      const details = key.versions[version];
      if (details === undefined) throw new Error(`version ${version} is missing in the record of a key`);
      part[version] = details;
    }
    moved.set(count, part);
  }
  if (moved.size === 0) return { head: key, moved };
  const versions = Object.entries(key.versions).filter(([version]) => Number(version) > count * size);
  return { head: { ...key, versions: Object.fromEntries(versions), parts: { size, count } }, moved };
}
