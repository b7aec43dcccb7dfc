import type { Place, VersionState } from './step.ts';

/**
 * What is known to be so in a KMS: said by the answer to a call, or seen when it was asked. The only way in which the
 * record of a distribution changes.
 */
export type Observation =
  | VersionObservation
  | NameObservation
  /** What holds the versions. `gone`: somebody has removed it; `removed`: the engine has. */
  | { readonly of: 'container'; readonly id: string; readonly state: 'made' | 'gone' | 'removed' }
  /** What versions are imported with; `until` is RFC 3339. */
  | {
      readonly of: 'wrapping_key';
      readonly name: string;
      readonly state: 'ready' | 'gone';
      readonly until?: string;
    }
  /** An object that was replaced. */
  | { readonly of: 'replaced'; readonly id: string; readonly state: 'removed' | 'unknown' }
  /** The account that an object was made in (AWS: 12 digits). */
  | { readonly of: 'account'; readonly account: string };

/** One version at one place. */
export interface VersionObservation {
  readonly of: 'version';
  readonly version: number;
  readonly place: Place;
  /** AWS: KMS key id; Azure: `<key>/<version>`; GCP: `<CryptoKey>/<number>`. Undefined where the record has it. */
  readonly id?: string;
  readonly state:
    | Exclude<VersionState, 'switching'>
    /** Scheduled for deletion by somebody else. */
    | 'pending_deletion'
    /** Not there any more, and nothing of ours has removed it. */
    | 'gone'
    /** Removed by the engine, or scheduled for it. */
    | 'removed'
    /** The KMS knows no such object, which one that was just made may be there all the same. */
    | 'unknown';
  /** What else the KMS says of the object, where it was asked for its state; nothing is decided by it. */
  readonly facts?: RemoteFacts;
}

/** What a cloud says of an object, in its own words, for an auditor. Absent is what it does not say. */
export interface RemoteFacts {
  /** The full name of the object (AWS: ARN). */
  readonly resource?: string;
  /** AWS: 12 digits. */
  readonly account?: string;
  /** Where the material comes from (AWS: `EXTERNAL` where it was imported). */
  readonly origin?: string;
  /** The material that it uses now (AWS: CurrentKeyMaterialId, 64 hex digits). */
  readonly materialId?: string;
  /** RFC 3339. */
  readonly created?: string;
}

/** The distributed name at one place. */
export interface NameObservation {
  readonly of: 'name';
  readonly place: Place;
  readonly points:
    | number
    /** To an object of this distribution that was replaced. */
    | 'replaced'
    /** To no object. */
    | 'nowhere'
    /** The engine has removed it. */
    | 'removed'
    /** To an object that is not on record. */
    | 'stranger'
    /** Nobody can tell, but `holder` is a version of this distribution that is not on record. */
    | 'unrecorded';
  /** Id of the object that it points to, of one that is on record. */
  readonly id?: string;
  /** The object that is not on record. */
  readonly holder?: LabelledObject;
  /** The name was set, and pointed before to an object that is not on record; undefined where nobody could tell. */
  readonly taken?: boolean | undefined;
}

/** An object in a cloud, with what is attached to it. */
export interface LabelledObject {
  readonly remoteId: string;
  /** Undefined where the credentials do not allow reading them. */
  readonly labels: Readonly<Record<string, string>> | undefined;
}

/** The cloud did not say: the credentials do not allow asking, or it could not be reached. */
export interface Unseen {
  readonly outcome: 'forbidden' | 'unreachable';
  readonly why: string;
}

/** What a call that changes a cloud has done. */
export interface Performed {
  /** False where the cloud was so already, and nothing had to be changed. */
  readonly changed: boolean;
  /** The cloud's id of the request that made the change (AWS: `requestID` in CloudTrail); absent where it gave none. */
  readonly requestId?: string;
  /** Of a call that brought material to the cloud. */
  readonly imported?: ImportFacts;
  readonly seen: readonly Observation[];
}

/** How material came to a cloud, in the cloud's own words; kept on record for an auditor. */
export interface ImportFacts {
  /** AWS: `RSAES_OAEP_SHA_256`. */
  readonly wrappingAlgorithm: string;
  /** AWS: `RSA_4096`. */
  readonly wrappingKeySpec: string;
  /** The cloud's id of the material (AWS: KeyMaterialId, 64 hex digits); absent where it gave none. */
  readonly materialId?: string;
}

/** The answers to a question about all of a distribution. */
export interface Seen {
  readonly versions: readonly (VersionObservation | (Unseen & { readonly version: number; readonly place: Place }))[];
  readonly names: readonly (NameObservation | (Unseen & { readonly place: Place }))[];
  /** Observations of anything else: a container that is gone. */
  readonly others: readonly Observation[];
}
