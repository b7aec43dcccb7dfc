import { readChanges, readKeyOps } from './attributes.ts';
import { bundle, deletedBundle, deletedItem, item } from './bundles.ts';
import { badParameter, forbidden, KeyVaultError } from './errors.ts';
import { findDeletedKey, findForDeletion, findKey, findVersion } from './look-up.ts';
import type { Operation, OperationCall, Operations, Output } from './operation.ts';
import { page } from './pages.ts';
import { currentVersion, type KeyPermission, type KeyPhase, type VaultKey } from './state.ts';

export const keyOperations: Operations = {
  KeyGet: {
    permission: 'get',
    run(call) {
      const [key, version] = [findKey(call, call.name), findVersion(call, call.name, call.version)];
      if (call.vault.hidesDisabled && !version.enabled) {
        throw forbidden('Operation get is not allowed on a disabled key.', 'KeyDisabled');
      }
      return bundle(call, key, version);
    },
  },

  KeyUpdate: {
    permission: 'update',
    run(call) {
      const key = findKey(call, call.name);
      const version = findVersion(call, call.name, call.version);
      const changes = readChanges(call.body);
      if (call.body['key_ops'] !== undefined && call.body['key_ops'] !== null) {
        // The operations of a key exchange key are fixed (BYOK specification, "Terminology").
        if (version.keyOps.includes('import'))
          throw badParameter("Key operations of a key with 'import' cannot change.");
        version.keyOps = readKeyOps(call.body, version.kty, 'imported');
      }
      Object.assign(version, changes, { updated: call.now });
      return bundle(call, key, version);
    },
  },

  /** Soft deletion of the key with all its versions; there is none of a single version. */
  KeyDelete: {
    permission: 'delete',
    run(call) {
      const key = findForDeletion(call, call.name);
      key.deletedAt = call.now;
      begin(call, key, 'deleting');
      return deletedBundle(call, key);
    },
  },

  KeyList: {
    permission: 'list',
    run: (call) => page(call, keysIn(call, 'active'), nameOf, (key) => item(call, key, currentVersion(key))),
  },

  KeyListVersions: {
    permission: 'list',
    run(call) {
      const key = findKey(call, call.name);
      return page(
        call,
        key.versions,
        ({ id }) => id,
        (version) => item(call, key, version, version.id),
      );
    },
  },

  KeyGetDeleted: { permission: 'getDeleted', run: (call) => deletedBundle(call, findDeletedKey(call, call.name)) },

  KeyListDeleted: {
    permission: 'list',
    run: (call) => page(call, keysIn(call, 'deleted'), nameOf, (key) => deletedItem(call, key)),
  },

  KeyRecover: {
    permission: 'recover',
    run(call) {
      const key = findDeletedKey(call, call.name);
      key.deletedAt = undefined;
      begin(call, key, 'recovering');
      return bundle(call, key, currentVersion(key));
    },
  },

  KeyPurge: {
    permission: 'purge',
    run(call) {
      const key = findDeletedKey(call, call.name);
      if (call.vault.purgeProtection) {
        throw new KeyVaultError(
          403,
          'Forbidden',
          `Operation "purge" is not allowed because purge protection is enabled for this vault. Key ${key.name} can only be recovered; it is purged at the end of its retention.`,
          'ForbiddenByPurgeProtection',
        );
      }
      begin(call, key, 'purging');
      return undefined;
    },
  },

  KeyBackup: notImplemented('backup'),
  KeyRestore: notImplemented('restore'),
  KeyRotate: notImplemented('rotate'),
};

const nameOf = ({ name }: VaultKey): string => name.toLowerCase();

const keysIn = ({ vault }: OperationCall, phase: KeyPhase): VaultKey[] =>
  [...vault.keys.values()].filter((key) => key.phase === phase);

/** Begins what ends after a number of look-ups, or with the next one. */
function begin({ lookups }: OperationCall, key: VaultKey, phase: KeyPhase): void {
  key.phase = phase;
  key.lookupsLeft = lookups;
}

function notImplemented(permission: KeyPermission): Operation {
  return {
    permission,
    run(): Output {
      throw new KeyVaultError(501, 'NotImplemented', `The embedded Key Vault does not implement '${permission}'.`);
    },
  };
}
