import { forbidden, type KeyVaultError } from './errors.ts';
import type { Caller } from './access-token.ts';
import type { KeyPermission, Vault } from './state.ts';

/** Data actions below `Microsoft.KeyVault/vaults/keys/` (Microsoft: Azure permissions, Microsoft.KeyVault); `read` lists, too. */
const VAULT_ACTIONS: Readonly<Record<KeyPermission, string>> = {
  get: 'read',
  list: 'read',
  getActive: 'read',
  getDeleted: 'read',
  update: 'update/action',
  create: 'create/action',
  import: 'import/action',
  delete: 'delete',
  recover: 'recover/action',
  backup: 'backup/action',
  restore: 'restore/action',
  rotate: 'rotate/action',
  purge: 'purge/action',
  encrypt: 'encrypt/action',
  decrypt: 'decrypt/action',
  sign: 'sign/action',
  verify: 'verify/action',
  wrapKey: 'wrap/action',
  unwrapKey: 'unwrap/action',
};

/** Data actions below `Microsoft.KeyVault/managedHsm/keys/` (Microsoft: local RBAC built-in roles for Managed HSM). */
const HSM_ACTIONS: Readonly<Record<KeyPermission, string>> = {
  ...VAULT_ACTIONS,
  get: 'read/action',
  list: 'read/action',
  getActive: 'read/action',
  getDeleted: 'deletedKeys/read/action',
  update: 'write/action',
  create: 'create',
  recover: 'deletedKeys/recover/action',
  purge: 'deletedKeys/delete',
};

/**
 * Checks that the caller has a permission.
 *
 * @param key name of the key, for the resource that the role of Azure RBAC is about
 * @throws {KeyVaultError} 403, with the wording of the vault's permission model
 */
export function authorize(vault: Vault, caller: Caller, permission: KeyPermission, key: string): void {
  const allowed = allowedNow(vault, caller.clientId);
  if (vault.rbac || vault.sku === 'managedHsm') {
    const actions = vault.sku === 'managedHsm' ? HSM_ACTIONS : VAULT_ACTIONS;
    const needed = actions[permission];
    const isHeld = (held: KeyPermission): boolean => actions[held] === needed;
    // Whoever is given `get` has the role for deleted keys as well.
    if (!allowed.some(isHeld) && !(permission === 'getDeleted' && allowed.includes('get')))
      throw forbiddenByRole(vault, caller, needed, key);
    return;
  }
  const needed = permission === 'getDeleted' ? 'get' : permission;
  if (!allowed.includes(needed)) {
    throw forbidden(
      `The user, group or application 'appid=${caller.clientId};oid=${caller.objectId};iss=https://sts.windows.net/${vault.tenantId}/' does not have keys ${needed} permission on key vault '${vault.name};location=westeurope'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287`,
      'ForbiddenByPolicy',
    );
  }
}

/** A change takes its time to arrive. */
function allowedNow({ permissions }: Vault, clientId: string): readonly KeyPermission[] {
  const grant = permissions.get(clientId);
  if (grant === undefined) return [];
  if (grant.callsLeft === 0) return grant.allowed;
  grant.callsLeft -= 1;
  return grant.former;
}

function forbiddenByRole(vault: Vault, caller: Caller, action: string, key: string): KeyVaultError {
  const place = vault.sku === 'managedHsm' ? 'managedHsm' : 'vaults';
  return forbidden(
    [
      'Caller is not authorized to perform action on resource.',
      'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
      `Caller: appid=${caller.clientId};oid=${caller.objectId};iss=https://sts.windows.net/${vault.tenantId}/`,
      `Action: 'Microsoft.KeyVault/${place}/keys/${action}'`,
      `Resource: '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/test/providers/microsoft.keyvault/${place.toLowerCase()}/${vault.name}/keys/${key}'`,
      'Assignment: (not found)',
      'DecisionReason: ',
      `Vault: ${vault.name};location=westeurope`,
    ].join('\r\n'),
    'ForbiddenByRbac',
  );
}
