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
