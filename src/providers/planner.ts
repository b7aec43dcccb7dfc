import type { DistributionSpec } from './spec.ts';
import type { Place, Step, VersionState } from './step.ts';

/** What a KMS should hold of a key. */
export type Desired =
  | { readonly present: false }
  | {
      readonly present: true;
      /** Whether each version is enabled, by version number, ascending. */
      readonly enabled: ReadonlyMap<number, boolean>;
      /** The version that applications reach by the distributed name. */
      readonly current: number;
      /** Where, the home place first. */
      readonly places: readonly Place[];
    };

/** A version that is known to have been made. */
export interface RecordedVersion {
  readonly id: string;
  readonly state: VersionState;
}

/** What is on record of one place. */
export interface RecordedPlace {
  /** By version number, ascending. A version whose creation is under way, or was lost, is not among them. */
  readonly versions: ReadonlyMap<number, RecordedVersion>;
  /** The version that the name points to; undefined while it is not known to point to any. */
  readonly current: number | undefined;
  /** The name has been taken away for good. */
  readonly nameRemoved: boolean;
}

/** What is on record of a distribution, as a planner sees it. */
export interface Recorded {
  /** What holds the versions; undefined where a cloud has no such thing, or it was not made. */
  readonly container: string | undefined;
  /** Whether there is a key to wrap with, which is still valid; always undefined where a cloud needs none. */
  readonly wrappingKey: string | undefined;
  /** By place; a place of which nothing is known is not there. */
  readonly places: ReadonlyMap<Place, RecordedPlace>;
  /** Ids of objects that were replaced, as the cloud did not know them; a name may still point there. */
  readonly replaced: readonly string[];
}

/**
 * Plans the calls that turn what is on record into what is desired, in order; empty when they agree. Pure.
 *
 * Performing all steps, each with the outcome that it promises, empties the plan. Urgent steps come first.
 */
export type Planner = (desired: Desired, recorded: Recorded, spec: DistributionSpec) => readonly Step[];

/** A place of which nothing is known. */
export const EMPTY_PLACE: RecordedPlace = { versions: new Map(), current: undefined, nameRemoved: false };
