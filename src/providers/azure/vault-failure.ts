import { ProviderError, type ProviderErrorReason } from '../errors.ts';
import { memberOf } from '../http/members.ts';
import { printable } from '../http/printable.ts';
import type { RestAnswer } from '../http/rest-calls.ts';

/** A key permission, as access policies name it. */
export type Permission = 'create' | 'delete' | 'get' | 'import' | 'list' | 'update';

/** The data action of Azure RBAC for each (Azure: permissions for Microsoft.KeyVault). */
const ACTIONS: Readonly<Record<Permission, string>> = {
  create: 'create/action',
  delete: 'delete',
  get: 'read',
  import: 'import/action',
  list: 'read',
  update: 'update/action',
};

/** Reasons by the inner code, and then by the code, of a vault's error; all others follow from the status. */
const REASONS: Readonly<Record<string, ProviderErrorReason>> = {
  ObjectIsDeletedButRecoverable: 'already_exists',
  ObjectIsBeingDeleted: 'already_exists',
  ObjectIsBeingRecovered: 'invalid_state',
  KeyDisabled: 'invalid_state',
  KeyNotYetValid: 'invalid_state',
  KeyExpired: 'invalid_state',
  KeyNotFound: 'not_found',
  Forbidden: 'forbidden',
  ForbiddenByPolicy: 'forbidden',
  ForbiddenByRbac: 'forbidden',
  ForbiddenByFirewall: 'forbidden',
  ForbiddenByConnection: 'forbidden',
  AccessDenied: 'forbidden',
  Unauthorized: 'unauthenticated',
  Throttled: 'throttled',
  BadParameter: 'invalid_request',
  NotSupported: 'invalid_request',
};
/** A 403 that no permission mends. */
const REMEDIES: Readonly<Record<string, string>> = {
  ForbiddenByFirewall: "the vault's firewall does not admit this network: allow it there, or use a private endpoint",
  ForbiddenByConnection: 'the vault is not reached through a private endpoint, which it insists on',
};

/** What a request is for. */
export interface VaultCall {
  /** As the audit log of Azure names it, `KeyImport`. */
  readonly call: string;
  readonly permission: Permission;
  /** `https://<name>.managedhsm…`: roles there have other actions. */
  readonly isManagedHsm: boolean;
}

/**
 * Translates the error of a vault (Key Vault REST API, "KeyVaultError"). An endpoint is not trusted: only a code of Key
 * Vault is repeated, and its message is cut. A refusal names the permission that is missing.
 */
export function vaultFailure(
  { call, permission, isManagedHsm }: VaultCall,
  host: string,
  answer: RestAnswer,
): ProviderError {
  const { status, headers } = answer;
  const { code, inner, message } = errorOf(answer.json);
  const isRejected = status >= 400 && status < 500;
  const isVault = code !== undefined && message !== undefined;
  const known = [inner, code].find((each) => each !== undefined && Object.hasOwn(REASONS, each));
  const isProof = isVault && isRejected && known !== undefined;
  const reason = (isProof ? REASONS[known] : undefined) ?? reasonOf(status, isVault);
  const requestId = requestIdOf(headers);
  const source = [
    isProof ? known : `HTTP ${status}`,
    ...(requestId === undefined ? [] : [`request id ${requestId}`]),
  ].join(', ');
  const text = isVault ? printable(message) : `${host} gives an answer that is not Key Vault's`;
  const remedy = reason === 'forbidden' && isVault ? `: ${remedyOf(inner, permission, isManagedHsm)}` : '';
  return new ProviderError(reason, `${call}: ${text} (${source})${remedy}`, {
    call,
    code: isProof ? known : undefined,
    requestId,
    ambiguous: reason === 'unavailable' || reason === 'timeout',
  });
}

/** The permission as both permission models name it. */
export function permissionText(permission: Permission, isManagedHsm: boolean): string {
  const action = `Microsoft.KeyVault/${isManagedHsm ? 'managedHsm' : 'vaults'}/keys/${ACTIONS[permission]}`;
  return isManagedHsm ? action : `keys/${permission} (${action})`;
}

/** `x-ms-request-id`, a GUID. */
export function requestIdOf(headers: RestAnswer['headers']): string | undefined {
  const id = headers['x-ms-request-id'];
  return id !== undefined && /^[0-9a-f-]{1,64}$/i.test(id) ? id : undefined;
}

function remedyOf(inner: string | undefined, permission: Permission, isManagedHsm: boolean): string {
  return REMEDIES[inner ?? ''] ?? `it needs the permission ${permissionText(permission, isManagedHsm)}`;
}

/** Whatever is not a vault's proves neither that a key is not there nor the state of one. */
function reasonOf(status: number, isVault: boolean): ProviderErrorReason {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 409 && isVault) return 'invalid_state';
  if (status === 429) return 'throttled';
  // A proxy timed out (499: nginx); the vault may have received the request.
  if (status === 408 || status === 499) return 'timeout';
  return status >= 400 && status < 500 ? 'invalid_request' : 'unavailable';
}

function errorOf(json: unknown): { readonly code?: string; readonly inner?: string; readonly message?: string } {
  const error = memberOf(json, 'error');
  const code = memberOf(error, 'code');
  const inner = memberOf(memberOf(error, 'innererror'), 'code');
  const message = memberOf(error, 'message');
  return {
    ...(typeof code === 'string' && /^\w{1,64}$/.test(code) && { code }),
    ...(typeof inner === 'string' && /^\w{1,64}$/.test(inner) && { inner }),
    ...(typeof message === 'string' && { message }),
  };
}
