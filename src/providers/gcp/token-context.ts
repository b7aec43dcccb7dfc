import type { WallClock } from '../../support/clock.ts';
import type { RestCalls } from '../http/rest-calls.ts';

/** What fetching a token needs. */
export interface TokenContext {
  /** Services of Google that issue tokens. */
  readonly services: RestCalls;
  /** The metadata server and sources of subject tokens, which no proxy is on the way to. */
  readonly local: RestCalls;
  readonly clock: WallClock;
  readonly metadataHost: string;
  /** Told of every secret that is read or issued, before it is used. */
  readonly onSecret: (text: string) => void;
  readonly secrets: () => readonly string[];
}
