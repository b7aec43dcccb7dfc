import { recordStore, type ReadCache, type StorageReader } from '../../framework/index.ts';
import type { BackendContext, Storage } from '../../logical/index.ts';
import { partStore, type RecordSizes } from './record-parts.ts';
import type { Distribution } from './distribution.ts';
import {
  applyChange,
  assemble,
  changesTo,
  emptyLayout,
  foldHead,
  headEntries,
  headOf,
  partNames,
  type Layout,
} from './distribution-layout.ts';
import { headCodec, partCodec } from './distribution-schema.ts';

/** Storage prefix of distributions. */
const PREFIX = 'distribution/';
/** Storage prefix of the parts of divided records: `distribution-parts/<kms>/<key>/<part>`. */
const PARTS_PREFIX = 'distribution-parts/';

/**
 * Distributions at `distribution/<kms>/<key>`, named `<kms>/<key>`; listing `<kms>/` gives the keys in a KMS.
 *
 * A record with many versions is divided: its head holds what changed last, its parts the rest. Every change becomes
 * true by a single write, that of the head. When the head has collected enough, its entries go into the parts first,
 * which says nothing new as the head says it still, and leave it with the next write. So what a change writes does not
 * grow with the number of versions, and a process may die between any two writes.
 *
 * More changes at once than fit into one head are written a few versions at a time, the fields beside the versions
 * with the first: what is recorded of one version is true whatever is recorded of another.
 */
export interface DistributionStore {
  get(storage: Storage, name: string, signal?: AbortSignal): Promise<Distribution | undefined>;
  /** For a read that shows it: from the cache or storage, frozen. */
  peek(context: BackendContext, name: string): Promise<Distribution | undefined>;
  /**
   * Writes a record, as far as it differs from what is stored. The caller holds the key's lock.
   *
   * @param previous the record as the caller has read or written it last; saves reading what is stored
   */
  put(
    storage: Storage,
    name: string,
    record: Distribution,
    signal?: AbortSignal,
    previous?: Distribution,
  ): Promise<void>;
  /** Deletes a record of which nothing in a cloud is to be known any more. */
  delete(storage: Storage, name: string, signal?: AbortSignal): Promise<void>;
  /** Names below a folder of the store (empty, or ending in `/`), sorted; folders end in `/`. */
  list(storage: Storage, folder: string, signal?: AbortSignal): Promise<readonly string[]>;
}

export function distributionStore(sizes: RecordSizes, cache: ReadCache): DistributionStore {
  const heads = recordStore({ prefix: PREFIX, codec: headCodec(), cache });
  const parts = partStore(PARTS_PREFIX, partCodec(), cache);
  /** What storage holds, by the record that was read or written last. */
  const layouts = new WeakMap<Distribution, Layout>();

  const read = async (
    storage: StorageReader,
    name: string,
    signal?: AbortSignal,
  ): Promise<ReturnType<typeof assemble> | undefined> => {
    for (let last = false; ; last = true) {
      const head = await heads.get(storage, name, signal);
      if (!head) return undefined;
      const found = await parts.getAll(storage, name, partNames(head), signal);
      if (found) return assemble(head, found, sizes.part);
      // Readers hold no lock: the record may have been deleted since, which the next look shows.
      if (last) throw new Error(`a part of the record at "distribution/${name}" is missing in storage`);
    }
  };

  return {
    async get(storage, name, signal) {
      const stored = await read(storage, name, signal);
      if (stored) layouts.set(stored.record, stored.layout);
      return stored?.record;
    },
    peek: (context, name) =>
      cache.peek(context, PREFIX + name, async (storage) => (await read(storage, name, context.signal))?.record),
    async put(storage, name, record, signal, previous) {
      const known = previous && layouts.get(previous);
      // A write that fails may have had its effect: what is stored must be read again then.
      if (previous) layouts.delete(previous);
      const stored = known ?? (await read(storage, name, signal))?.layout;
      // Parts that a record of the same name has left are written anew before a head names them.
      const layout = stored ?? emptyLayout(sizes.part);
      const changes = changesTo(layout, record);
      const entries = Object.keys(record.versions).length + (record.replaced?.length ?? 0);
      const divided = layout.divided || entries > layout.size;
      do {
        if (divided && headEntries(layout, changes) > sizes.changes) {
          for (const [part, value] of foldHead(layout)) await parts.put(storage, name, part, value, signal);
        }
        layout.divided = divided;
        for (const change of changes.splice(0, divided ? layout.size : changes.length)) applyChange(layout, change);
        await heads.put(storage, name, headOf(record, layout), signal);
      } while (changes.length > 0);
      layouts.set(record, layout);
    },
    async delete(storage, name, signal) {
      const head = await heads.get(storage, name, signal);
      if (head?.divided) {
        // Written before the parts are deleted: parts without a record must not be deleted by anybody else.
        const record = { ...head.fields, removing: true, versions: {} };
        await heads.put(storage, name, { divided: false, record }, signal);
      }
      await parts.deleteAll(storage, name, signal);
      await heads.delete(storage, name, signal);
    },
    list: (storage, folder, signal) => heads.list(storage, folder, signal),
  };
}

/** A distribution's place: which key in which KMS. */
export interface DistributionRef {
  readonly kms: string;
  readonly key: string;
}

/** Name of the record in the store. */
export function distributionName(ref: DistributionRef): string {
  return `${ref.kms}/${ref.key}`;
}
