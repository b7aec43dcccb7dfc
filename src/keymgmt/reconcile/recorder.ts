import type { Storage } from '../../logical/index.ts';
import { recordedAttempt, type RecordedAttempt } from '../../providers/attempt.ts';
import type { Observation } from '../../providers/observation.ts';
import type { Step } from '../../providers/step.ts';
import { distributionName, type DistributionRef, type DistributionStore } from '../records/distribution-store.ts';
import { placeOf, type Distribution } from '../records/distribution.ts';
import { withAllKnown, type Note } from './transitions.ts';

/**
 * The record of a distribution while it is reconciled. It is written as rarely as is safe, which {@link before} decides:
 * what may be repeated is written with the next flush, and the end of every run flushes.
 */
export interface Recorder {
  readonly current: Distribution;
  /** Takes note of what is known; written by the next {@link flush}. */
  note(...known: readonly (Observation | Note)[]): void;
  /** Writes what must be in storage before a step. */
  before(step: Step): Promise<void>;
  /**
   * Writes what was noted. Does not end when the client leaves: what happened in the cloud is written even when the client
   * has left meanwhile.
   */
  flush(): Promise<void>;
  /** An attempt for a version that is in storage; the one thing that lets a driver create. */
  attempt(version: number): Promise<RecordedAttempt>;
  /** Adds an attempt for the version that is created next to the next flush, which saves a write. */
  prepareAttempt(version: number): void;
  /** The attempt may have made something. */
  attemptUsed(version: number): void;
  /** Whether an attempt is on record that has certainly made nothing: there is nothing to look for. */
  isUnused(version: number): boolean;
  /** Drops the attempts that have certainly made nothing. */
  withdrawAttempts(): void;
}

export interface RecorderOptions {
  readonly store: DistributionStore;
  readonly storage: Storage;
  readonly ref: DistributionRef;
  /** The record as it stands in storage. */
  readonly initial: Distribution;
  /** Makes the random id of an attempt. */
  readonly newAttempt: () => string;
  /** RFC 3339. */
  readonly now: () => string;
}

/** Makes the recorder of one run. */
export function recorder({ store, storage, ref, initial, newAttempt, now }: RecorderOptions): Recorder {
  let current = initial;
  let written = initial;
  const unused = new Map<number, string>();

  const flush = async (): Promise<void> => {
    if (current === written) return;
    const writing = current;
    await store.put(storage, distributionName(ref), writing, undefined, written);
    written = writing;
  };
  const note = (...known: readonly (Observation | Note)[]): void => {
    current = withAllKnown(current, known);
  };
  const isUnused = (version: number): boolean => {
    const state = current.versions[version];
    return state?.state === 'creating' && unused.get(version) === state.attempt;
  };
  const prepareAttempt = (version: number): void => {
    const attempt = newAttempt();
    unused.set(version, attempt);
    note({ of: 'attempt', version, attempt, since: now() });
  };

  return {
    get current() {
      return current;
    },
    note,
    flush,
    async before(step) {
      // A replica that holds material and is on no record would stay in use when its version is to be disabled.
      if (step.action === 'import' && placeOf(written, step.place)?.versions[step.version] === undefined) {
        await flush();
        return;
      }
      // After a crash in the middle of a change the record must show a version that has its material, or the material
      // would be imported again, which enables it.
      if (step.action !== 'enable' && step.action !== 'disable') return;
      const state = placeOf(written, step.place)?.versions[step.version]?.state;
      if (state === undefined || state === 'creating' || state === 'created' || state === 'pending') await flush();
    },
    async attempt(version) {
      if (!isUnused(version)) prepareAttempt(version);
      await flush();
      const attempt = unused.get(version) ?? '';
      return recordedAttempt({ attempt, version, distributedName: current.name });
    },
    prepareAttempt,
    attemptUsed: (version) => void unused.delete(version),
    isUnused,
    withdrawAttempts() {
      for (const version of unused.keys()) if (isUnused(version)) note({ of: 'no_attempt', version });
    },
  };
}
