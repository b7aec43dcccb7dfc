import type { Method } from '../../dev/servers/http-client.ts';

/** A request, and which of `examples/policies` allow it; all others have to deny it. */
export interface PolicyRequest {
  readonly method: Method;
  /** As in the server's OpenAPI document; a list ends with a slash. */
  readonly path: string;
  /** What sets it apart from other requests to the same endpoint. */
  readonly which?: string;
  /** Other names than those of most requests. */
  readonly names?: Readonly<Record<string, string>>;
  /** `provider`: that of the embedded KMS. */
  readonly body?: Readonly<Record<string, unknown>> | 'provider';
  /** Added to the body `provider`. */
  readonly with?: Readonly<Record<string, unknown>>;
  readonly allowed: readonly string[];
  /** Status of the answer to those who are allowed. */
  readonly status: number;
}

const KEY = 'keymgmt/key/{name}';
const KMS = 'keymgmt/kms/{name}';
const DISTRIBUTED = `${KMS}/key/{key_name}`;
const ORPHAN = `${KMS}/orphan/{attempt}`;
const AES = { type: 'aes256-gcm96' };
const PURPOSE = { purpose: 'encrypt,decrypt' };

/** In an order in which each finds what it needs: the keys `app` and `other`, both distributed to the KMS `aws`. */
export const REQUESTS: readonly PolicyRequest[] = [
  { method: 'LIST', path: 'keymgmt/key/', allowed: ['admin', 'auditor', 'distributor', 'rotator'], status: 200 },
  { method: 'GET', path: KEY, allowed: ['admin', 'auditor', 'distributor', 'rotator'], status: 200 },
  { method: 'LIST', path: `${KEY}/kms/`, allowed: ['admin', 'auditor', 'distributor'], status: 200 },
  { method: 'LIST', path: 'keymgmt/kms/', allowed: ['admin', 'auditor', 'distributor'], status: 200 },
  { method: 'GET', path: KMS, allowed: ['admin', 'auditor', 'distributor'], status: 200 },
  { method: 'LIST', path: `${KMS}/key/`, allowed: ['admin', 'auditor', 'distributor'], status: 200 },
  { method: 'GET', path: DISTRIBUTED, allowed: ['admin', 'application', 'auditor', 'distributor'], status: 200 },
  {
    method: 'GET',
    path: DISTRIBUTED,
    which: 'of another key',
    names: { key_name: 'other' },
    allowed: ['admin', 'auditor', 'distributor'],
    status: 200,
  },
  { method: 'GET', path: `${DISTRIBUTED}/status`, allowed: ['admin', 'auditor', 'distributor'], status: 200 },
  { method: 'GET', path: `${DISTRIBUTED}/evidence`, allowed: ['admin', 'auditor'], status: 200 },
  { method: 'GET', path: 'keymgmt/inventory', allowed: ['admin', 'auditor'], status: 200 },
  { method: 'GET', path: 'keymgmt/inventory/cyclonedx', allowed: ['admin', 'auditor'], status: 200 },
  { method: 'GET', path: `${KMS}/status`, allowed: ['admin', 'auditor'], status: 200 },
  { method: 'LIST', path: `${KMS}/orphan/`, allowed: ['admin', 'auditor'], status: 404 },
  { method: 'GET', path: ORPHAN, allowed: ['admin', 'auditor'], status: 404 },
  { method: 'LIST', path: 'keymgmt/lost-key/', allowed: ['admin', 'auditor'], status: 404 },
  { method: 'GET', path: 'keymgmt/lost-key/{name}', allowed: ['admin', 'auditor'], status: 404 },
  { method: 'GET', path: 'keymgmt/restore-guard', allowed: ['admin', 'auditor'], status: 200 },
  { method: 'GET', path: 'keymgmt/info', allowed: ['admin', 'auditor'], status: 200 },
  { method: 'GET', path: 'keymgmt/metrics', allowed: ['admin', 'auditor', 'metrics'], status: 200 },
  { method: 'GET', path: 'keymgmt/status', allowed: ['admin', 'auditor'], status: 200 },
  { method: 'POST', path: `${KMS}/check`, allowed: ['admin', 'auditor'], status: 200 },

  { method: 'POST', path: KEY, body: { deletion_allowed: true }, allowed: ['admin'], status: 204 },
  { method: 'POST', path: KEY, which: 'anew', names: { name: 'new' }, body: AES, allowed: ['admin'], status: 204 },
  { method: 'POST', path: `${KEY}/rotate`, allowed: ['admin', 'rotator'], status: 204 },
  { method: 'POST', path: `${KEY}/rotate`, which: 'by force', body: { force: true }, allowed: ['admin'], status: 204 },
  { method: 'POST', path: KMS, body: 'provider', allowed: ['admin'], status: 204 },
  {
    method: 'POST',
    path: KMS,
    which: 'with confirm_endpoint',
    body: 'provider',
    with: { confirm_endpoint: true },
    allowed: ['admin'],
    status: 204,
  },
  { method: 'POST', path: DISTRIBUTED, body: PURPOSE, allowed: ['admin', 'distributor'], status: 204 },
  { method: 'POST', path: `${DISTRIBUTED}/sync`, allowed: ['admin', 'distributor'], status: 200 },
  {
    method: 'POST',
    path: `${DISTRIBUTED}/sync`,
    which: 'by force',
    body: { force: true },
    allowed: ['admin'],
    status: 200,
  },
  { method: 'POST', path: 'keymgmt/restore-guard', body: { engaged: false }, allowed: ['admin'], status: 204 },
  { method: 'POST', path: `${ORPHAN}/delete`, body: { remote_id: 'none' }, allowed: ['admin'], status: 400 },
  { method: 'DELETE', path: ORPHAN, allowed: ['admin'], status: 204 },
  { method: 'DELETE', path: 'keymgmt/lost-key/{name}', allowed: ['admin'], status: 204 },
  { method: 'POST', path: `${DISTRIBUTED}/force-remove`, allowed: ['admin'], status: 200 },
  { method: 'DELETE', path: DISTRIBUTED, names: { key_name: 'other' }, allowed: ['admin'], status: 204 },
  { method: 'DELETE', path: KEY, allowed: ['admin'], status: 204 },
  { method: 'DELETE', path: KMS, allowed: ['admin'], status: 204 },

  // What is not the engine's: how it is mounted, and who may do what.
  { method: 'GET', path: 'sys/mounts', allowed: [], status: 200 },
  { method: 'DELETE', path: 'sys/mounts/keymgmt', allowed: [], status: 204 },
  { method: 'POST', path: 'sys/plugins/reload/backend', body: { plugin: 'keymgmt' }, allowed: [], status: 204 },
  { method: 'GET', path: 'sys/policies/acl/admin', allowed: [], status: 200 },
  { method: 'GET', path: 'sys/raw/core/mounts', allowed: [], status: 200 },
];

export const endpointOf = ({ method, path }: PolicyRequest): string => `${method} ${path}`;
