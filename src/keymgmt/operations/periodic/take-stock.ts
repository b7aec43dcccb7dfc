import { isReadOnlyError, type BackendContext } from '../../../logical/index.ts';
import { reasonOf } from '../../../support/reason-of.ts';
import type { Mount } from '../../mount.ts';

/** How long one tick counts keys; the next one continues from there. */
const SLICE_MS = 5_000;
/** Records that are read at the same time. */
const PARALLEL = 16;

/** Counts what `metrics` and `status` tell of storage, as they cannot read all records themselves. */
export interface Stocktaking {
  /**
   * Counts KMS and possible orphans, and with `keys` continues the one count of all keys, for five seconds at most. Never
   * fails but on a node that may only read, or when the signal aborts.
   */
  goOn(context: BackendContext, keys: boolean): Promise<void>;
}

/** Makes the stocktaking of one mount. */
export function stocktaking(mount: Mount): Stocktaking {
  const { figures } = mount;
  let isOver = false;
  let after: string | undefined;

  const countKeys = async ({ storage, signal }: BackendContext): Promise<void> => {
    if (isOver) return;
    const end = mount.clock.monotonic() + SLICE_MS;
    if (after === undefined) figures.keys.begin();
    const names = [...(await mount.keys.list(storage, '', signal))].sort();
    const rest = names.filter((name) => after === undefined || name > after);
    for (let start = 0; start < rest.length; start += PARALLEL) {
      const batch = rest.slice(start, start + PARALLEL);
      const types = await Promise.all(batch.map((name) => typeOf(mount, { storage, signal }, name)));
      figures.keys.walked(batch.map((name, index) => ({ name, class: types[index] })));
      after = batch.at(-1);
      if (mount.clock.monotonic() >= end) return;
    }
    figures.keys.end();
    isOver = true;
  };

  return {
    async goOn(context, keys) {
      try {
        await countProviders(mount, context);
        await countOrphans(mount, context);
        figures.periodic.stockTaken = mount.clock.now();
        if (keys) await countKeys(context);
      } catch (error) {
        if (isReadOnlyError(error) || context.signal.aborted) throw error;
        mount.logger.warn('cannot count keys and KMS providers for the metrics', { reason: reasonOf(error) });
      }
    },
  };
}

type Reading = Pick<BackendContext, 'storage' | 'signal'>;

/** A record that cannot be read counts as such. Undefined for one that was deleted meanwhile. */
async function typeOf(mount: Mount, { storage, signal }: Reading, name: string): Promise<string | undefined> {
  try {
    return (await mount.keys.get(storage, name, signal))?.type;
  } catch (error) {
    if (isReadOnlyError(error) || signal.aborted) throw error;
    return 'unreadable';
  }
}

/** A KMS keeps its provider for as long as it lives, so that each record is read once. */
async function countProviders(mount: Mount, { storage, signal }: Reading): Promise<void> {
  const { providers } = mount.figures;
  const names = new Set(await mount.kms.list(storage, '', signal));
  for (const known of [...providers.keys()]) if (!names.has(known)) mount.figures.forgetKms(known);
  for (const name of names) {
    if (providers.has(name)) continue;
    try {
      providers.set(name, (await mount.kms.get(storage, name, signal))?.provider);
    } catch (error) {
      if (isReadOnlyError(error) || signal.aborted) throw error;
      providers.set(name, undefined);
    }
  }
}

async function countOrphans(mount: Mount, { storage, signal }: Reading): Promise<void> {
  const counted = new Map<string, number>();
  for (const folder of await mount.orphans.list(storage, '', signal)) {
    const attempts = await mount.orphans.list(storage, folder, signal);
    counted.set(folder.replace(/\/$/, ''), attempts.length);
  }
  const { orphans } = mount.figures;
  orphans.clear();
  for (const [kms, count] of counted) orphans.set(kms, count);
}
