/** One attempt to make a version in a cloud. */
export interface Attempt {
  /** Random id; the cloud object carries it, so that it is found when the answer is lost. */
  readonly attempt: string;
  readonly version: number;
  /** Name in the cloud, `<key name>-<unix seconds>`. */
  readonly distributedName: string;
}

declare const recorded: unique symbol;

/**
 * An attempt that is in storage. A call that may not be repeated takes one, so that it cannot be written without: only the
 * recorder of the engine makes them, once its write has succeeded.
 */
export interface RecordedAttempt extends Attempt {
  readonly [recorded]: true;
}

/** For the recorder alone, which `make check` makes sure of, and for tests of drivers. */
export function recordedAttempt(attempt: Attempt): RecordedAttempt {
  return attempt as RecordedAttempt;
}
