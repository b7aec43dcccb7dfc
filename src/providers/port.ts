import type { KeyMaterial } from '../crypto/key-material.ts';
import type { Secret } from '../support/secret.ts';
import type { Attempt, RecordedAttempt } from './attempt.ts';
import type { ProviderErrorReason } from './errors.ts';
import type { LabelledObject, NameObservation, Observation, Performed, Seen, Unseen } from './observation.ts';
import type { Planner } from './planner.ts';
import type { DistributionSpec } from './spec.ts';
import type { CreateStep, Place, RepeatableStep } from './step.ts';

/** The label that an attempt is found by. */
export const ATTEMPT_LABEL = 'vault-keymgmt-attempt';

/**
 * What Vault's API shows as the id of a version. An id is whatever the cloud's requests need to reach an object: where that
 * is a path (Azure: `<key>/<version>`), the version is its last part.
 */
export function shownId(remoteId: string): string {
  return remoteId.slice(remoteId.lastIndexOf('/') + 1);
}

/** Credentials by name; each redacts itself. */
export type Credentials = Readonly<Record<string, Secret<string>>>;

/** Credentials as a configuration is to hold them, or what is wrong with them: field and remedy, never a value. */
export type TakenCredentials = { readonly credentials: Credentials } | { readonly problem: string };

/** One configured account in a cloud: `keymgmt/kms/:name`. */
export interface ProviderConfig {
  /** AWS: Region; Azure: vault name; GCP: key ring. */
  readonly keyCollection: string;
  readonly credentials: Credentials;
}

/** A distribution, as an adapter needs to know it to perform a step. */
export interface Target extends DistributionSpec {
  /** Name in the cloud, `<key name>-<unix seconds>`. */
  readonly distributedName: string;
  /**
   * The name is known to have been set by this engine before: it is taken back, wherever it points. Otherwise a name that
   * points to an object which is not on record is somebody else's.
   */
  readonly ownsName: boolean;
  /** The creation of a version is on record, and no answer to it: what it made stands in no record yet. */
  readonly isCreating: boolean;
  /** What holds the versions; undefined before it is made, and where the cloud has no such thing. */
  readonly container: string | undefined;
  /** Name of the key to wrap with; on record before it is made. */
  readonly wrappingKey: string | undefined;
  /** Cloud id of a version, undefined where it is not known to have been made. */
  id(version: number, place: Place): string | undefined;
  /** Ids of the versions at a place, by version. */
  ids(place: Place): ReadonlyMap<number, string>;
  /** Ids of all objects at a place, the replaced ones too, the likeliest holder of the name last. */
  ours(place: Place): readonly string[];
  /** All places, of which something is on record. */
  readonly places: readonly Place[];
  /** Labels that say which mount, key and version a cloud object belongs to; without a version, of a container. */
  labels(version?: number): Readonly<Record<string, string>>;
  /** Reads the material of a version; who calls it destroys what it gives. */
  material(version: number): Promise<KeyMaterial>;
}

/** Where a search for the object of a lost attempt ended. */
export type Search =
  /** Looked everywhere: these carry the attempt's label, which proves nothing yet, as others may set labels too. */
  | { readonly outcome: 'found'; readonly candidates: readonly Candidate[] }
  /** It is known to be the attempt's; to be recorded as the answer of the call would have been. */
  | { readonly outcome: 'proven'; readonly seen: readonly Observation[] }
  /** Looked everywhere: it was never made. */
  | { readonly outcome: 'absent' }
  /** The credentials do not allow looking, or there is too much to look through; with what was found before. */
  | { readonly outcome: 'unknown'; readonly why: string; readonly remoteIds?: readonly string[] };

/** An object that may be the one of a lost attempt. */
export interface Candidate {
  readonly id: string;
  /** What is to be recorded if it is. */
  readonly seen: readonly Observation[];
}

/** The labels on an object. `forbidden`: they may not be read; `unknown`: the cloud knows no such object. */
export type LabelAnswer =
  | { readonly outcome: 'seen'; readonly labels: Readonly<Record<string, string>> }
  | { readonly outcome: 'forbidden'; readonly why: string }
  | { readonly outcome: 'unknown' };

/** What a cloud says of an object; undefined is what the credentials do not allow asking for. */
export interface ObjectFacts {
  /** AWS: 12 digits. */
  readonly account: string | undefined;
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** Names in the cloud that point to it. */
  readonly names: readonly string[] | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number | undefined;
  /** `unused`: made to take material from outside, and it never held any. */
  readonly state: 'unused' | 'used' | 'pending_deletion' | undefined;
  /** The cloud's words for what was not allowed. */
  readonly unreadable: readonly string[];
}

/** What an account may do, tried out without leaving anything behind. */
export interface PermissionProbe {
  /** Where the credentials come from, and as much of them as may be shown. */
  readonly credentials: { readonly source: string; readonly id: string };
  /** What is wrong with the credentials themselves; the permissions are not known then. */
  readonly problem: string | undefined;
  /** The proxy that the requests go through, without user and password; undefined for a direct connection. */
  readonly proxy?: string | undefined;
  readonly permissions: readonly PermissionCheck[];
}

/** One permission of the cloud (AWS: IAM action). */
export interface PermissionCheck {
  readonly permission: string;
  /** False where the engine does without it, with less to say or repair. */
  readonly required: boolean;
  readonly granted: 'yes' | 'no' | 'unknown';
  readonly why?: string;
}

/** The objects in a cloud that carry a label. */
export interface LabelSearch {
  /** Objects that are pending deletion are left out where the credentials allow telling. */
  readonly found: readonly LabelledObject[];
  /** Why there may be more; undefined after a complete search. */
  readonly incomplete: string | undefined;
}

/** All names in an account that this engine may have set: id of the object by distributed name. */
export type NameSurvey = { readonly outcome: 'seen'; readonly targets: ReadonlyMap<string, string> } | Unseen;

/**
 * One cloud account, opened with its credentials. Every call has a deadline of its own, retries what is worth it
 * (throttling, eventual consistency) and rejects with a ProviderError only. All but {@link create} may be repeated
 * safely.
 */
export interface KmsClient {
  /**
   * Makes the object of a version. NOT repeatable: the attempt is in storage before, what it returns is recorded after.
   * A signal that aborts does not interrupt a request that is already under way, as its answer holds the id.
   */
  create(step: CreateStep, attempt: RecordedAttempt, target: Target, signal: AbortSignal): Promise<Performed>;
  /**
   * Performs a step of the driver's plan. What it finds to be otherwise than the plan says it returns as an observation: a
   * name that points to a stranger's object and was never ours is left alone.
   */
  perform(step: RepeatableStep, target: Target, signal: AbortSignal): Promise<Performed>;
  /**
   * Looks for the object of an attempt whose answer was lost: all that carry the attempt's label.
   *
   * @param target - undefined for an attempt whose distribution is not on record any more
   */
  find(attempt: Attempt, target: Target | undefined, signal: AbortSignal): Promise<Search>;
  /** Schedules the deletion of an object that belongs to no distribution. */
  removeObject(remoteId: string, signal: AbortSignal): Promise<Performed>;
  /**
   * Asks for the state of everything that is on record. Changes nothing. Never fails but for an aborted signal: not
   * knowing is an answer.
   */
  observe(target: Target, signal: AbortSignal): Promise<Seen>;
  /**
   * Asks which version the distributed name points to; where there is no name, or it may not be read, whether there is a
   * version on no record. Never fails but for an aborted signal.
   */
  observeName(target: Target, place: Place, signal: AbortSignal): Promise<NameObservation | Unseen>;
  /**
   * Which account the credentials belong to (AWS: 12 digits); undefined where the cloud does not say. Asked for once,
   * and again where `refresh`: before an object is treated as deleted, as credentials may change while a client is open.
   */
  account(signal: AbortSignal, refresh?: boolean): Promise<string | undefined>;
  /** Reads the labels on an object. */
  readLabels(remoteId: string, signal: AbortSignal): Promise<LabelAnswer>;
  /** Asks for all that tells whose an object is, and whether it was ever used; undefined when the cloud knows none. */
  inspect(remoteId: string, signal: AbortSignal): Promise<ObjectFacts | undefined>;
  /** Lists the names in the account with what each points to. Never fails but for an aborted signal. */
  surveyNames(signal: AbortSignal): Promise<NameSurvey>;
  /** Looks for all objects with a label. Never fails but for an aborted signal. */
  findByLabel(label: string, value: string, signal: AbortSignal): Promise<LabelSearch>;
  /** Tries out what the credentials allow. Never fails but for an aborted signal. */
  probePermissions(signal: AbortSignal): Promise<PermissionProbe>;
  close(): void;
}

/** Is told what a client does beside what it returns. */
export interface ClientWatch {
  /** A request is sent again. */
  readonly retried: (reason: ProviderErrorReason) => void;
}

/** What a cloud calls its things, in the text of the API. */
export interface DriverHelp {
  /** `AWS KMS`. */
  readonly title: string;
  /** What `key_collection` is, for a refusal: `a region`. */
  readonly keyCollection: string;
  /** The same, for the help: `the Region`. */
  readonly keyCollectionField: string;
  /** Which credentials it takes: `access_key, secret_key, session_token and endpoint`; absent where none are told. */
  readonly credentials?: string;
  /** The permission without which the state of objects cannot be read. */
  readonly observing?: string;
  /** The permissions without which objects cannot be searched for. */
  readonly searching?: string;
}

/** One cloud, before any account of it is opened. */
export interface KmsDriver {
  /** The name that the API gives it. */
  readonly kind: string;
  /** Pieces of the text of the API's help and refusals. */
  readonly help: DriverHelp;
  /** Names of the credentials that a configuration may hold. */
  readonly credentialNames: readonly string[];
  /**
   * How long a new object may be missing from what the cloud says, in milliseconds: a search that finds nothing proves
   * nothing for an attempt younger than this. It also bounds the difference between the cloud's clock and ours.
   */
  readonly consistencyWindowMs: number;
  /**
   * What follows where nobody can tell what became of an attempt, and no container holds the versions. `go_on`: the object, if any, is recorded as a possible
   * orphan, and the version is created anew. `wait`: a second object would be harmful, nothing is created until it is known, as within any container.
   */
  readonly lostAttempt: 'go_on' | 'wait';
  readonly plan: Planner;
  /** Takes the credentials of a write. A stored configuration may hold others, of an earlier version. No I/O. */
  takeCredentials(sent: Credentials): TakenCredentials;
  /** Says what is wrong with a configuration (field and remedy), or nothing. No I/O. */
  validateConfig(config: ProviderConfig): string | undefined;
  /**
   * Says why this cloud cannot take such a key (field and remedy), or nothing. No I/O.
   *
   * @param config - the account; absent for what an ordinary one takes
   */
  checkDistribution(spec: DistributionSpec, config?: ProviderConfig): string | undefined;
  /**
   * Where the requests of an account go, as far as that tells clouds apart: the cloud's name (`aws`) for any of its own
   * hosts, else an origin, `http://127.0.0.1:4566`. No I/O.
   */
  endpointOf(config: ProviderConfig): string;
  /** Opens an account. No I/O: wrong credentials show at the first call. */
  connect(config: ProviderConfig, watch?: ClientWatch): KmsClient;
}

/** The clouds of this build, by kind. */
export type KmsDrivers = Readonly<Record<string, KmsDriver>>;
