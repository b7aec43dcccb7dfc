import type { LogFields } from '../../support/logger.ts';
import { knownIds, type Distribution } from '../records/distribution.ts';

/** What a distribution leaves in a cloud when its record goes without a removal. */
export interface LeftBehind {
  /** Its name there. */
  readonly name: string;
  readonly remoteIds: readonly string[];
  /** Attempts whose outcome nobody knows; their tag finds what they made, if they made anything. */
  readonly attempts: readonly string[];
}

export function leftBehind(distribution: Distribution): LeftBehind {
  return {
    name: distribution.name,
    remoteIds: knownIds(distribution),
    attempts: Object.values(distribution.versions).flatMap((version) =>
      version.state === 'creating' ? [version.attempt] : [],
    ),
  };
}

/** The same for the log; attempts only where there are any. */
export function leftBehindFields({ name, remoteIds, attempts }: LeftBehind): LogFields {
  return {
    name,
    remote_ids: remoteIds.join(','),
    ...(attempts.length === 0 ? {} : { attempts: attempts.join(',') }),
  };
}

/** The same for a response. */
export function leftBehindWarnings({ name, remoteIds, attempts }: LeftBehind): readonly string[] {
  return [
    `"${name}" was forgotten without asking the KMS provider; if the account still exists, this is left behind there: ` +
      (remoteIds.length > 0 ? remoteIds.join(', ') : 'nothing that is known'),
    ...attempts.map(possibleOrphanWarning),
  ];
}

/** Says of an object that it may be in the cloud although no record owns it, and how to find it. */
export function possibleOrphanWarning(attempt: string): string {
  return `an object with the tag of attempt ${attempt} may have been left behind`;
}

/** Messages of the log. */
export const LEFT_BEHIND = {
  attempt: 'a KMS object may have been left behind',
  forceRemoved: 'removing a distribution from storage only; what it made stays in the KMS',
  kmsDeleted: 'deleting a KMS provider in which objects may have been left behind',
  distributionDisabled: 'the mount is being disabled; what a distribution made stays in the KMS provider',
  attemptsDisabled: 'the mount is being disabled; objects may have been left behind in the KMS provider',
  dismissed: 'dismisses a possible orphan; what it made, if anything, stays in the KMS',
} as const;
