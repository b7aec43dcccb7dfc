import type { VersionObservation } from '../../../src/providers/observation.ts';
import type { KmsClient, KmsDriver } from '../../../src/providers/port.ts';
import type { DistributionSpec } from '../../../src/providers/spec.ts';
import type { Step, VersionState } from '../../../src/providers/step.ts';

/** What the request that performs a step of a plan is for. */
export type Action = Step['action'];

/** What not every cloud has. A case that needs one does not apply to the others. */
export type Trait =
  /** A version is there before it holds material, which a step of its own imports. */
  | 'empty versions'
  /** An import has its outcome later, which a step of its own waits for. */
  | 'pending imports'
  /** The material of a version may go, and the same can be imported into it again. */
  | 'lost material'
  /** A version is removed by itself. */
  | 'separate removal'
  /** All versions are removed at once, with what holds them. */
  | 'removal as a whole'
  /** One object, which a step of its own makes, holds all versions under the distributed name. */
  | 'container'
  /** The name moves from version to version, and nothing is made by that. */
  | 'movable name'
  /** The name is an object of its own: it may point to anything, and is removed. */
  | 'free name'
  /** Every version carries labels, the attempt's among them. */
  | 'version labels'
  /** The cloud says which account the credentials belong to. */
  | 'account'
  /** Every change is answered with an id of its request. */
  | 'request ids'
  /** Each permission is tried out, so that a refusal says that it is not granted. */
  | 'tried permissions';

/** What a driver is, as far as it decides which cases apply and what they expect. */
export interface Shape {
  readonly traits: readonly Trait[];
  /** The state of a version that was just made, to be enabled. */
  readonly makes: VersionState;
  /** All actions that the life of a distribution takes, whose name a stranger takes meanwhile. */
  readonly steps: readonly Action[];
  /** Those that only look, and never change anything. */
  readonly looks: readonly Action[];
  /**
   * Those that, taken once more, see that what is there is not to be used, and succeed under another name: nobody can tell
   * whether it is what a lost answer has left.
   */
  readonly anew: readonly Action[];
  /** Those whose request goes on when the signal aborts, as its answer says what was made. */
  readonly finishes: readonly Action[];
}

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

/** The cloud as its owner sees it, past the client under test. Rejects where the cloud has no such thing. */
export interface Outside {
  /** Ids of all that the client may have made, what is pending deletion too. */
  ids(): Promise<readonly string[]>;
  stateOf(id: string): Promise<VersionObservation['state']>;
  /** Id of the object that a distributed name leads to; undefined where it leads to none that could be used. */
  holderOf(name: string): Promise<string | undefined>;
  /** Makes a usable object that is nobody's version, under another name. */
  makeObject(labels?: Readonly<Record<string, string>>): Promise<string>;
  /** Makes a usable object that is nobody's version, and that the name leads to. */
  takeName(name: string, labels?: Readonly<Record<string, string>>): Promise<string>;
  /** For a movable name. */
  pointName(name: string, id: string): Promise<void>;
  /** For a free name. */
  dropName(name: string): Promise<void>;
  /** Of an object by itself, or of what holds all versions. */
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

/** A key that the cloud takes. */
export interface KeyUnderTest extends Omit<DistributionSpec, 'keyName'> {
  /** A copy of the material of a version, the same each time. */
  material(version: number): Buffer;
}

/** A cloud with a driver for it, and a way to make its requests fail. */
export interface CloudUnderTest {
  readonly driver: KmsDriver;
  readonly key: KeyUnderTest;
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
  /** Ends all faults, once all that was sent before has met them: also requests that were given up. */
  heal(): Promise<void>;
  /** Number of requests that have arrived so far. */
  requests(): number;
  /** An id that the cloud does not know. @param name - distributed name */
  unknownId(name: string): string;
  readonly outside: Outside;
  stop(): Promise<void>;
}

/** For what a cloud does not have. */
export async function notThere(): Promise<never> {
  throw new Error('this cloud has no such thing');
}
