import type { BackendContext } from '../../../logical/index.ts';
import type { Mount } from '../../mount.ts';
import type { Round } from './rounds.ts';
import { collectOrphan } from '../../orphans/collect-orphan.ts';

/** A search for orphans reads all keys of an account, so it is rare. */
const INTERVAL_MS = 60 * 60_000;

/** The hourly look for possible orphans, over as many ticks as it takes. */
export interface OrphanSearch {
  /** Looks for those that nobody has looked for this hour; for all when `immediate`. */
  search(context: BackendContext, round: Round, immediate: boolean): Promise<void>;
}

/** Makes the search of one mount, which is due. */
export function orphanSearch(mount: Mount): OrphanSearch {
  let next = mount.clock.monotonic();
  /** Attempts to look for, by KMS. */
  const queue = new Map<string, Set<string>>();

  return {
    async search(context, round, immediate) {
      const { storage, signal } = context;
      if (immediate || next <= mount.clock.monotonic()) {
        for (const folder of await mount.orphans.list(storage, '', signal)) {
          queue.set(folder.replace(/\/$/, ''), new Set(await mount.orphans.list(storage, folder, signal)));
        }
        next = mount.clock.monotonic() + INTERVAL_MS;
      }
      const work = new Map(
        [...queue].map(([kms, attempts]) => [kms, [...attempts].map((attempt) => ({ kms, attempt }))]),
      );
      await round.run(work, async ({ kms, attempt }, ofKms) => {
        const waiting = queue.get(kms);
        waiting?.delete(attempt);
        try {
          const outcome = await collectOrphan(mount, ofKms, kms, attempt);
          // What does not answer now is asked in an hour.
          if (outcome === 'unreachable') queue.delete(kms);
          return outcome;
        } catch (error) {
          if (signal.aborted || !ofKms.signal.aborted) throw error;
          // The KMS's time is over: the next tick goes on, with the others first.
          waiting?.add(attempt);
          return 'done';
        } finally {
          if (waiting?.size === 0) queue.delete(kms);
        }
      });
    },
  };
}
