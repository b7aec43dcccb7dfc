import type { Storage } from '../../logical/index.ts';
import type { Distribution } from '../records/distribution.ts';
import { distributionName, type DistributionRef, type DistributionStore } from '../records/distribution-store.ts';

/** The distribution record while a run changes it: writes are few, and none is forgotten. */
export interface Recorder {
  readonly current: Distribution;
  /** The record as it was written last. */
  readonly written: Distribution;
  /** Changes the record; it is written by the next {@link flush}. */
  set(next: Distribution): void;
  /**
   * Writes what was set. Not bound to the client's patience: what happened in the cloud is written down even when the
   * client has gone meanwhile.
   */
  flush(): Promise<void>;
}

/** Makes the recorder of one run over the record as it stands in storage. */
export function recorder(
  store: DistributionStore,
  storage: Storage,
  ref: DistributionRef,
  initial: Distribution,
): Recorder {
  let current = initial;
  let written = initial;
  return {
    get current() {
      return current;
    },
    get written() {
      return written;
    },
    set(next) {
      current = next;
    },
    async flush() {
      if (current === written) return;
      const writing = current;
      await store.put(storage, distributionName(ref), writing, undefined, written);
      written = writing;
    },
  };
}
