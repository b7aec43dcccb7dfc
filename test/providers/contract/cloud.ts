import type { VersionObservation } from '../../../src/providers/observation.ts';
import type { KmsClient, KmsDriver } from '../../../src/providers/port.ts';
import type { Step } from '../../../src/providers/step.ts';

/** What the request that performs a step of a plan is for. */
export type Action = Step['action'];

/** What happens to the requests of a client. */
export type Trouble =
  /** The connection ends before the request takes effect. */
  | 'lost_before'
  /** The request takes effect and the connection ends before the answer. */
  | 'lost_after'
  /** The request takes effect and the answer cannot be read. */
  | 'garbled'
  /** Neither effect nor answer; the connection stays open. */
  | 'silent'
  /** The cloud refuses the request. */
  | 'forbidden'
  | 'throttled'
  | 'unauthenticated';

export interface Fault {
  readonly trouble: Trouble;
  /** The step whose change fails; its other requests do not. @default all requests, those that read too */
  readonly on?: Action;
  /** How many requests fail. @default all */
  readonly times?: number;
}

/** The cloud as its owner sees it, past the client under test. */
export interface Outside {
  /** Ids of all objects, those pending deletion too. */
  ids(): Promise<readonly string[]>;
  stateOf(id: string): Promise<VersionObservation['state']>;
  /** Id of the object that a distributed name points to. */
  holderOf(name: string): Promise<string | undefined>;
  /** Makes a usable object that is nobody's version. */
  makeObject(labels?: Readonly<Record<string, string>>): Promise<string>;
  pointName(name: string, id: string): Promise<void>;
  dropName(name: string): Promise<void>;
  scheduleDeletion(id: string): Promise<void>;
  /** Deletes the material of an object. */
  dropMaterial(id: string): Promise<void>;
}

/** A request that is under way. */
export interface Held {
  /** Settles when the cloud has the request. */
  readonly arrived: Promise<void>;
  /** Lets the cloud answer. */
  release(): void;
}

/** A cloud with a driver for it, and a way to make its requests fail. */
export interface CloudUnderTest {
  readonly driver: KmsDriver;
  /**
   * Opens the account. `impatient`: every request without an answer ends within a fraction of a second. `unreachable`: no
   * request can be sent.
   */
  open(how?: 'impatient' | 'unreachable'): KmsClient;
  /** How long a call of an impatient client may take while the cloud is silent, milliseconds. */
  readonly longestCallMs: number;
  inject(fault: Fault): void;
  /** Holds the next request that performs a step. */
  hold(on: Action): Held;
  /** Ends all faults. */
  heal(): void;
  /** Number of requests that have arrived so far. */
  requests(): number;
  /** An id that the cloud does not know. */
  readonly unknownId: string;
  readonly outside: Outside;
  stop(): Promise<void>;
}
