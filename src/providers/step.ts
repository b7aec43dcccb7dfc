/**
 * Where something is kept, as far as a key can be in several places of one KMS. {@link HOME} is the place that the KMS is
 * configured for; AWS: a replica of a multi-Region key is in another Region.
 */
export type Place = string;
export const HOME: Place = '';

/** What is known of a version that was made in a KMS. */
export type VersionState =
  /** It is there and holds no material. */
  | 'created'
  /** The KMS is still at work on what was asked for (GCP: PENDING_IMPORT; AWS: a rotation that has begun). */
  | 'pending'
  | 'enabled'
  | 'disabled'
  /** Enabled or disabled, nobody knows which: a change of it was begun and its outcome was not seen. */
  | 'switching';

/**
 * One call that brings a KMS nearer to the desired state. All may be repeated but `create`, which therefore takes a
 * recorded attempt.
 */
export type Step = CreateStep | VersionStep | NameStep | ObjectStep;

/** Makes the object of a version. Not repeatable. */
export interface CreateStep {
  readonly action: 'create';
  readonly version: number;
  readonly place: Place;
  /** The state that the version has when the step succeeds. */
  readonly to: VersionState;
}

/** Changes a version that was made before. */
export interface VersionStep {
  readonly action: 'import' | 'await' | 'replicate' | 'enable' | 'disable' | 'set_current' | 'remove';
  readonly version: number;
  readonly place: Place;
  /** The state that the version has when the step succeeds; undefined: the step does not change it, or removes it. */
  readonly to?: VersionState;
  /** It must not wait for anything that may fail: a version that may not be used any more is still in use. */
  readonly urgent?: true;
}

/** Takes the distributed name away. */
export interface NameStep {
  readonly action: 'remove_name';
  readonly place: Place;
}

/** Is about an object that is no version. */
export interface ObjectStep {
  readonly action:
    /** Makes what versions are imported with (Azure: key exchange key; GCP: import job). The engine chooses its name. */
    | 'create_wrapping_key'
    /** Makes what holds the versions, under the distributed name (GCP: CryptoKey), or makes sure that the name is free. */
    | 'create_container'
    /** Removes what holds the versions, and all versions with it (Azure: key; AWS in place: KMS key). */
    | 'remove_container'
    /** Removes an object that was replaced because the KMS did not know it. */
    | 'remove_replaced';
  readonly place: Place;
  /** The object's id, of one that exists. */
  readonly id?: string;
}

/** All steps but those that need a recorded attempt. */
export type RepeatableStep = Exclude<Step, CreateStep>;

/** A step in words, for errors and plans. */
export function stepText(step: Step): string {
  const where = step.place === HOME ? '' : ` in ${step.place}`;
  switch (step.action) {
    case 'create':
      return `create version ${step.version}${where}`;
    case 'import':
      return `import version ${step.version}${where}`;
    case 'await':
      return `wait for version ${step.version}${where}`;
    case 'replicate':
      return `replicate version ${step.version}${where}`;
    case 'enable':
      return `enable version ${step.version}${where}`;
    case 'disable':
      return `disable version ${step.version}${where}`;
    case 'set_current':
      return `point the name to version ${step.version}${where}`;
    case 'remove':
      return `schedule the deletion of version ${step.version}${where}`;
    case 'remove_name':
      return `remove the name${where}`;
    case 'create_wrapping_key':
      return `create a wrapping key${where}`;
    case 'create_container':
      return `create the key that holds the versions${where}`;
    case 'remove_container':
      return `schedule the deletion of the key that holds the versions${where}`;
    case 'remove_replaced':
      return `schedule the deletion of ${step.id ?? 'an object'}, which was replaced${where}`;
  }
}
