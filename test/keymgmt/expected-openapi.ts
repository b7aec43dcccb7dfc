import { ENTERPRISE, type BodyField, type PathFacts } from './enterprise-openapi.ts';

/** What Enterprise has and this engine has not yet; `replica_regions` is documented, and refused. */
const MISSING = ['/kms/{name}/key/{key_name}/replicate'];

/** What goes beyond Enterprise. */
const ADDED_PATHS: Readonly<Record<string, PathFacts>> = {
  '/kms/{name}/check': { captures: ['name'], operations: { post: 'check-kms-provider' } },
  '/kms/{name}/status': { captures: ['name'], operations: { get: 'read-kms-provider-status' } },
  '/kms/{name}/key/{key_name}/status': {
    captures: ['key_name', 'name'],
    operations: { get: 'read-key-status-in-kms-provider' },
  },
  '/kms/{name}/key/{key_name}/evidence': {
    captures: ['key_name', 'name'],
    operations: { get: 'read-key-evidence-in-kms-provider' },
  },
  '/kms/{name}/key/{key_name}/sync': {
    captures: ['key_name', 'name'],
    operations: { post: 'sync-key-in-kms-provider' },
    body: { dry_run: { type: 'boolean' }, force: { type: 'boolean' } },
  },
  '/kms/{name}/key/{key_name}/force-remove': {
    captures: ['key_name', 'name'],
    operations: { post: 'force-remove-key-in-kms-provider' },
  },
  '/kms/{name}/orphan/': {
    captures: ['name'],
    list: true,
    operations: { get: 'list-possible-orphans-in-kms-provider' },
  },
  '/kms/{name}/orphan/{attempt}': {
    captures: ['attempt', 'name'],
    operations: {
      get: 'read-possible-orphan-in-kms-provider',
      delete: 'delete-possible-orphan-in-kms-provider',
    },
  },
  '/kms/{name}/orphan/{attempt}/delete': {
    captures: ['attempt', 'name'],
    operations: { post: 'delete-object-of-possible-orphan-in-kms-provider' },
    body: { remote_id: { type: 'string', required: true }, confirm_alias: { type: 'boolean' } },
  },
  '/inventory': { captures: [], operations: { get: 'read-inventory' } },
  '/inventory/cyclonedx': { captures: [], operations: { get: 'read-inventory-as-cyclonedx' } },
  '/lost-key/': { captures: [], list: true, operations: { get: 'list-lost-keys' } },
  '/lost-key/{name}': {
    captures: ['name'],
    operations: { get: 'read-lost-key', delete: 'delete-lost-key' },
  },
  '/info': { captures: [], operations: { get: 'read-info' } },
  '/status': { captures: [], operations: { get: 'read-status' } },
  '/metrics': { captures: [], operations: { get: 'read-metrics' } },
  '/restore-guard': {
    captures: [],
    operations: { get: 'read-restore-guard', post: 'set-restore-guard' },
    body: { engaged: { type: 'boolean', required: true } },
  },
};

/** Parameters beyond Enterprise; Vault's framework shows one of the query in the body as well. */
const ADDED_FIELDS: Readonly<Record<string, Readonly<Record<string, BodyField>>>> = {
  '/kms/{name}': { confirm_endpoint: { type: 'boolean' } },
  '/key/{name}/rotate': { force: { type: 'boolean' } },
  '/kms/{name}/key/{key_name}': { force: { type: 'boolean' } },
};

const enterprise = Object.entries(ENTERPRISE).filter(([path]) => !MISSING.includes(path));

/** What the engine has to show: all that Enterprise documents, and of others only what is listed here. */
export const EXPECTED: Readonly<Record<string, PathFacts>> = {
  ...Object.fromEntries(
    enterprise.map(([path, facts]): [string, PathFacts] => {
      const added = ADDED_FIELDS[path];
      return [path, added ? { ...facts, body: { ...facts.body, ...added } } : facts];
    }),
  ),
  ...ADDED_PATHS,
};

/** Parameters of the query, by method and path. */
export const EXPECTED_QUERY: Readonly<Record<string, readonly string[]>> = {
  'get /kms/{name}/key/{key_name}': ['force'],
  'delete /kms/{name}/key/{key_name}': ['force'],
  ...Object.fromEntries(enterprise.filter(([, { list }]) => list).map(([path]) => [`get ${path}`, ['after', 'limit']])),
  'get /kms/{name}/key/{key_name}/evidence': ['after', 'limit'],
  'get /kms/{name}/status': ['after', 'limit'],
  'get /kms/{name}/orphan/': ['after', 'limit'],
  'get /lost-key/': ['after', 'limit'],
  'get /inventory': ['after', 'limit'],
  'get /inventory/cyclonedx': ['after', 'limit'],
};
