/** An event as data: the page docs/api.md is compared with these. */
export interface EventDefinition {
  /** What has happened. */
  readonly help: string;
  /** API path below the mount that has led to it, or would have; whoever subscribes needs `subscribe` on it. */
  readonly path: string;
  /** Where what has changed can be read; undefined where it is gone. */
  readonly dataPath?: string;
  /** Whether a record of the mount has changed. */
  readonly modified: boolean;
  /** Names of what the event carries besides; `:name` in a path stands for one of them. */
  readonly carries: readonly string[];
}

const DISTRIBUTION = 'kms/:kms/key/:key';

/** The events of a mount by type, which has `keymgmt/` before it. None ever carries material, credentials or public keys. */
export const EVENTS = {
  'key-create': {
    help: 'A key was created, with its version 1',
    path: 'key/:key',
    dataPath: 'key/:key',
    modified: true,
    carries: ['key', 'type'],
  },
  'key-rotate': {
    help: 'A version of a key was stored; a KMS that holds the key gets it next',
    path: 'key/:key/rotate',
    dataPath: 'key/:key',
    modified: true,
    carries: ['key', 'version'],
  },
  'key-update': {
    help: 'The settings of a key were changed; a KMS that holds the key follows next',
    path: 'key/:key',
    dataPath: 'key/:key',
    modified: true,
    carries: ['key', 'min_enabled_version', 'deletion_allowed'],
  },
  'key-delete': {
    help: 'A key was deleted, and cannot be had back',
    path: 'key/:key',
    modified: true,
    carries: ['key'],
  },
  'kms-write': {
    help: 'A KMS provider was written',
    path: 'kms/:kms',
    dataPath: 'kms/:kms',
    modified: true,
    carries: ['kms', 'provider'],
  },
  'kms-delete': { help: 'A KMS provider was deleted', path: 'kms/:kms', modified: true, carries: ['kms'] },
  distribute: {
    help: 'A KMS was changed and has a key as it should now: after a distribution, a rotation, an update, a sync, or the work that finishes an interrupted one',
    path: DISTRIBUTION,
    dataPath: DISTRIBUTION,
    modified: true,
    carries: ['key', 'kms', 'version', 'name'],
  },
  'distribution-remove': {
    help: 'A key was removed from a KMS; or, where `forced` is `true`, forgotten, while what it made there stays',
    path: DISTRIBUTION,
    modified: true,
    carries: ['key', 'kms', 'forced'],
  },
  'distribution-drift': {
    help: 'A status found that a key in a KMS differs from its desired state, and the one before did not, or in another way',
    path: `${DISTRIBUTION}/status`,
    dataPath: `${DISTRIBUTION}/status`,
    modified: false,
    carries: ['key', 'kms', 'verdict'],
  },
  orphan: {
    help: 'An interrupted creation may have left an object in a KMS',
    path: 'kms/:kms/orphan/:attempt',
    dataPath: 'kms/:kms/orphan/:attempt',
    modified: true,
    carries: ['key', 'kms', 'version', 'attempt'],
  },
  'restore-guard': {
    help: 'The restore guard was engaged, or released where `engaged` is `false`',
    path: 'restore-guard',
    dataPath: 'restore-guard',
    modified: true,
    carries: ['engaged'],
  },
} as const satisfies Readonly<Record<string, EventDefinition>>;

export type EventName = keyof typeof EVENTS;
