import type { Clock } from '../support/clock.ts';

/** How many there are of each class. */
export interface Counts {
  readonly byClass: ReadonlyMap<string, number>;
  /** When the count was finished, by the monotonic clock. */
  readonly countedAt: number;
}

/**
 * Counts records by class. Their names are walked once, in ascending order, over as much time as that takes; from then
 * on, and meanwhile, every change is told. So the counts are right without all records being read again, and without
 * all names being kept in memory.
 */
export interface Tally {
  /** A walk begins; what the last one counted stays until this one ends. */
  begin(): void;
  /** The next records of the walk, with the class of each; undefined for one that is gone. */
  walked(records: readonly { readonly name: string; readonly class: string | undefined }[]): void;
  end(): void;
  /** A record has got another class; undefined: it is not there. The caller holds the lock of the record. */
  changed(name: string, from: string | undefined, to: string | undefined): void;
  /** Undefined until the first walk has ended. */
  counts(): Counts | undefined;
}

interface Walk {
  readonly byClass: Map<string, number>;
  /** The last name that was walked. */
  position: string | undefined;
  /** Classes of what has changed since the walk began, by name: the walk may have read it before. */
  readonly changed: Map<string, string | undefined>;
}

export function tally(clock: Clock): Tally {
  let finished: { readonly byClass: Map<string, number>; readonly countedAt: number } | undefined;
  let walk: Walk | undefined;
  return {
    begin() {
      walk = { byClass: new Map(), position: undefined, changed: new Map() };
    },
    walked(records) {
      if (!walk) return;
      for (const { name, class: found } of records) {
        walk.position = name;
        if (!walk.changed.has(name)) add(walk.byClass, found, 1);
      }
    },
    end() {
      if (!walk) return;
      finished = { byClass: walk.byClass, countedAt: clock.monotonic() };
      walk = undefined;
    },
    changed(name, from, to) {
      if (finished) {
        add(finished.byClass, from, -1);
        add(finished.byClass, to, 1);
      }
      if (!walk) return;
      const isWalked = walk.changed.has(name) || (walk.position !== undefined && name <= walk.position);
      if (isWalked) add(walk.byClass, from, -1);
      add(walk.byClass, to, 1);
      walk.changed.set(name, to);
    },
    counts: () => finished,
  };
}

function add(counts: Map<string, number>, name: string | undefined, by: number): void {
  if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + by);
}
