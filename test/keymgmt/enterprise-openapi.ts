/** One parameter of a request body, as OpenAPI shows it. */
export interface BodyField {
  readonly type: string;
  readonly format?: string;
  readonly items?: string;
  readonly enum?: readonly string[];
  readonly default?: string;
  readonly required?: true;
}

/** One path of the mount. */
export interface PathFacts {
  readonly create?: true;
  readonly list?: true;
  /** Names of what the path captures. */
  readonly captures: readonly string[];
  /** Operation ids by method, without `key-management-`. */
  readonly operations: Readonly<Record<string, string>>;
  /** Parameters of a POST. */
  readonly body?: Readonly<Record<string, BodyField>>;
}

/** What Vault Enterprise 2.1.0 documents of its Key Management secrets engine: facts, not its texts. */
export const ENTERPRISE: Readonly<Record<string, PathFacts>> = {
  '/key/': { list: true, captures: [], operations: { get: 'list-keys' } },
  '/key/{name}': {
    create: true,
    captures: ['name'],
    operations: { get: 'read-key', post: 'update-key', delete: 'delete-key' },
    body: {
      deletion_allowed: { type: 'boolean' },
      min_enabled_version: { type: 'integer' },
      replica_regions: { type: 'array', items: 'string' },
      type: {
        type: 'string',
        default: 'rsa-2048',
        enum: ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'aes256-gcm96'],
      },
    },
  },
  '/key/{name}/kms/': { list: true, captures: ['name'], operations: { get: 'list-kms-providers-for-key' } },
  '/key/{name}/rotate': { captures: ['name'], operations: { post: 'rotate-key' } },
  '/kms/': { list: true, captures: [], operations: { get: 'list-kms-providers' } },
  '/kms/{name}': {
    create: true,
    captures: ['name'],
    operations: { get: 'read-kms-provider', post: 'write-kms-provider', delete: 'delete-kms-provider' },
    body: {
      credentials: { type: 'object', format: 'kvpairs' },
      key_collection: { type: 'string', required: true },
      provider: { type: 'string', enum: ['azurekeyvault', 'awskms', 'gcpckms'], required: true },
    },
  },
  '/kms/{name}/key/': { list: true, captures: ['name'], operations: { get: 'list-keys-in-kms-provider' } },
  '/kms/{name}/key/{key_name}': {
    captures: ['key_name', 'name'],
    operations: {
      get: 'read-key-in-kms-provider',
      post: 'distribute-key-in-kms-provider',
      delete: 'delete-key-in-kms-provider',
    },
    body: {
      protection: { type: 'string', default: 'hsm', enum: ['hsm', 'software'] },
      purpose: {
        type: 'array',
        items: 'string',
        enum: ['encrypt', 'decrypt', 'sign', 'verify', 'wrap', 'unwrap'],
        required: true,
      },
    },
  },
  '/kms/{name}/key/{key_name}/replicate': {
    captures: ['key_name', 'name'],
    operations: { post: 'replicate-key-replicate-in-kms-provider' },
  },
};
