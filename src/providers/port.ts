import type { KeyMaterial } from '../crypto/key-material.ts';
import type { KeyType } from '../crypto/key-type.ts';
import type { Secret } from '../support/secret.ts';

/** The clouds, by the name that the API gives them. */
export const PROVIDER_KINDS = ['azurekeyvault', 'awskms', 'gcpckms'] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

/** What a distributed key may be used for. */
export const PURPOSES = ['encrypt', 'decrypt', 'sign', 'verify', 'wrap', 'unwrap'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Where the cloud performs cryptographic operations. */
export const PROTECTIONS = ['hsm', 'software'] as const;
export type Protection = (typeof PROTECTIONS)[number];

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

/** What is asked of a cloud for one key; fixed once distributed. */
export interface DistributionSpec {
  readonly keyName: string;
  readonly keyType: KeyType;
  readonly purposes: readonly Purpose[];
  readonly protection: Protection;
}

/** The label that an attempt is found by. */
export const ATTEMPT_LABEL = 'vault-keymgmt-attempt';

/** One attempt to make a version in a cloud. */
export interface VersionAttempt {
  /** Name in the cloud, `<key name>-<unix seconds>`. */
  readonly distributedName: string;
  readonly version: number;
  /** Random id of the attempt; the cloud object carries it, so that a lost answer can be found. */
  readonly attempt: string;
  /** Labels that say which mount, key and version a cloud object belongs to. */
  readonly labels: Readonly<Record<string, string>>;
}

/** One version of a distributed key, as an adapter needs to know it. */
export interface VersionTarget extends VersionAttempt, DistributionSpec {}

/** What a call that changes a cloud says of itself, for the log. */
export interface Receipt {
  /** False where the cloud was so already, and nothing had to be changed. */
  readonly changed: boolean;
  /** The cloud's id of the request that made the change (AWS: `requestID` in CloudTrail); absent where it gave none. */
  readonly requestId?: string;
}

/** As {@link Receipt}, of a call that sets a name. */
export interface NameReceipt extends Receipt {
  /** The name was there, and pointed to none of the objects of this distribution; undefined where nobody could tell. */
  readonly taken: boolean | undefined;
}

/** A version that a cloud has made. */
export interface CreatedVersion extends Receipt {
  /** AWS: CMK key id; Azure: key version; GCP: CryptoKeyVersion number. */
  readonly remoteId: string;
  /** False where the material has still to be imported into what was made (AWS). */
  readonly imported: boolean;
  /** The account that it was made in (AWS: 12 digits), where the answer says so. */
  readonly account?: string;
}

/** Reads the material of the version at hand; who calls it destroys what it gives. */
export type MaterialSource = () => Promise<KeyMaterial>;

/** Where a search for a lost object ended. */
export type SearchResult =
  /** Looked everywhere: these carry the attempt's label, which proves nothing yet, as others may set labels too. */
  | { readonly outcome: 'found'; readonly remoteIds: readonly string[] }
  /** Looked everywhere: it was never made. */
  | { readonly outcome: 'absent' }
  /** The credentials do not allow looking, or there is too much to look through; with what was found before. */
  | { readonly outcome: 'unknown'; readonly why: string; readonly remoteIds?: readonly string[] };

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

/** What entitles the engine to a distributed name. */
export interface NameClaim {
  /** The name is known to have been set by us before: it is taken back, wherever it points now. */
  readonly owned: boolean;
  /** Ids of all objects of this distribution, the likeliest holder last: a name that points to one of them is ours. */
  readonly ours: readonly string[];
}

/** How a removal ended; `unknown`: the cloud knows no such object, which a young one may be there all the same. */
export interface Removal extends Receipt {
  readonly outcome: 'removed' | 'unknown';
}

/** What a cloud says of one version when it is asked. */
export type VersionObservation =
  | {
      readonly outcome: 'seen';
      /** `missing_material`: it is there, but its material was deleted or has expired. `deleted`: nothing is there. */
      readonly state: 'enabled' | 'disabled' | 'missing_material' | 'pending_deletion' | 'deleted';
    }
  | Unseen;

/** What a cloud says of a distributed name. */
export type NameObservation =
  | {
      readonly outcome: 'seen';
      /** The one of the known objects that it points to; undefined when it points to none of them, or does not exist. */
      readonly remoteId: string | undefined;
      /** The object that it points to instead. */
      readonly other?: LabelledObject;
    }
  | Unseen;

/** An object in a cloud, with what is attached to it. */
export interface LabelledObject {
  readonly remoteId: string;
  /** Undefined where the credentials do not allow reading them. */
  readonly labels: Readonly<Record<string, string>> | undefined;
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

/** The cloud did not say: the credentials do not allow asking, or it could not be reached. */
export interface Unseen {
  readonly outcome: 'forbidden' | 'unreachable';
  readonly why: string;
}

/**
 * One cloud account, opened with its credentials. Every call has a deadline of its own, retries what is worth it
 * (throttling, eventual consistency) and rejects with a ProviderError only. All but {@link createVersion} may be
 * repeated safely. What changes the cloud resolves to a {@link Receipt}.
 */
export interface KmsClient {
  /**
   * Makes the cloud object of a version. NOT repeatable: the caller records `target.attempt` before and the id after.
   * Only a cloud that takes the material at creation asks for it here (Azure, GCP).
   * A signal that aborts does not interrupt a request that is already under way, as its answer holds the id.
   */
  createVersion(target: VersionTarget, material: MaterialSource, signal: AbortSignal): Promise<CreatedVersion>;
  /**
   * Which account the credentials belong to (AWS: 12 digits); undefined where the cloud does not say. Asked for once,
   * and again where `refresh`: before an object counts as gone, as credentials may change while a client is open.
   */
  account(signal: AbortSignal, refresh?: boolean): Promise<string | undefined>;
  /** Reads the labels on an object. */
  readLabels(remoteId: string, signal: AbortSignal): Promise<LabelAnswer>;
  /** Asks for all that tells whose an object is, and whether it was ever used; undefined when the cloud knows none. */
  inspect(remoteId: string, signal: AbortSignal): Promise<ObjectFacts | undefined>;
  /** Looks for the object of an attempt whose answer was lost: all that carry the attempt's label. */
  findVersion(attempt: VersionAttempt, signal: AbortSignal): Promise<SearchResult>;
  /** Imports the material, wrapped with the cloud's own wrapping key; again if need be. */
  importMaterial(target: VersionTarget, remoteId: string, material: KeyMaterial, signal: AbortSignal): Promise<Receipt>;
  setEnabled(target: VersionTarget, remoteId: string, enabled: boolean, signal: AbortSignal): Promise<Receipt>;
  /**
   * Makes a version the one that applications reach by the distributed name (AWS: alias). A name that was never known
   * to be ours and points to a stranger's object is left alone: reason `already_exists`.
   */
  setCurrent(target: VersionTarget, remoteId: string, claim: NameClaim, signal: AbortSignal): Promise<NameReceipt>;
  /** Takes the distributed name away; a name that is gone already is fine. */
  removeName(distributedName: string, ours: readonly string[], signal: AbortSignal): Promise<Receipt>;
  /** Schedules the deletion of a version; one that is gone or pending deletion already is fine. */
  removeVersion(remoteId: string, signal: AbortSignal): Promise<Removal>;
  /** Asks for the state of a version. Never fails but for an aborted signal: not knowing is an answer. */
  observeVersion(remoteId: string, signal: AbortSignal): Promise<VersionObservation>;
  /** Asks which version the distributed name points to. Never fails but for an aborted signal. */
  observeName(distributedName: string, ours: readonly string[], signal: AbortSignal): Promise<NameObservation>;
  /** Lists the names in the account with what each points to. Never fails but for an aborted signal. */
  surveyNames(signal: AbortSignal): Promise<NameSurvey>;
  /** Looks for all objects with a label. Never fails but for an aborted signal. */
  findByLabel(label: string, value: string, signal: AbortSignal): Promise<LabelSearch>;
  /** Tries out what the credentials allow. Never fails but for an aborted signal. */
  probePermissions(signal: AbortSignal): Promise<PermissionProbe>;
  close(): void;
}

/** One cloud, before any account of it is opened. */
export interface KmsDriver {
  readonly kind: ProviderKind;
  /** Names of the credentials that a configuration may hold. */
  readonly credentialNames: readonly string[];
  /** Takes the credentials of a write. A stored configuration may hold others, of an earlier version. No I/O. */
  takeCredentials(sent: Credentials): TakenCredentials;
  /** Says what is wrong with a configuration (field and remedy), or nothing. No I/O. */
  validateConfig(config: ProviderConfig): string | undefined;
  /** Says why this cloud cannot take such a key (field and remedy), or nothing. No I/O. */
  checkDistribution(spec: DistributionSpec): string | undefined;
  /**
   * Where the requests of an account go, as far as that tells clouds apart: the cloud's name (`aws`) for any of its own
   * hosts, else an origin, `http://127.0.0.1:4566`. No I/O.
   */
  endpointOf(config: ProviderConfig): string;
  /** Opens an account. No I/O: wrong credentials show at the first call. */
  connect(config: ProviderConfig): KmsClient;
}

/** The clouds of this build. */
export type KmsDrivers = Readonly<Record<ProviderKind, KmsDriver>>;
