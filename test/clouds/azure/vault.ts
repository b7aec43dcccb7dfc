import { refusal } from '../../support/model-calls.ts';

/** One version of a key in the vault. */
export interface KeyVersion {
  /** `<key name>/<number>`, as the path of its URL. */
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What its public key tells: SHA-256 of the material, hex. */
  readonly material: string;
  readonly createdAt: number;
  readonly owner: 'engine' | 'stranger';
  enabled: boolean;
  /** A stranger has changed it. */
  touched: boolean;
}

export interface VaultKey {
  /** The newest, which is the current one, last. */
  readonly versions: KeyVersion[];
  /** Soft-deleted: its name cannot be used again. */
  deleted: boolean;
}

export interface Vault {
  readonly keys: Map<string, VaultKey>;
  /** Names of key exchange keys. */
  readonly exchangeKeys: Set<string>;
  /** What of a stranger's the engine has changed. */
  readonly disturbed: string[];
  readonly api: VaultApi;
}

/** The requests to a vault, with its rules. Undefined: 404. */
export interface VaultApi {
  getKey(name: string): KeyVersion | undefined;
  getDeletedKey(name: string): boolean;
  getVersion(id: string): KeyVersion | undefined;
  listVersions(name: string): readonly KeyVersion[];
  /** Undefined: there is no such key exchange key. @throws {ProviderError} already_exists where the name was deleted */
  importKey(name: string, version: Omit<KeyVersion, 'id' | 'touched'>, exchangeKey: string): KeyVersion | undefined;
  /** Undefined: 404. */
  setEnabled(id: string, enabled: boolean): boolean | undefined;
  /** False: it was deleted before, or is not there. */
  deleteKey(name: string): boolean;
}

export function newVault(): Vault {
  const keys = new Map<string, VaultKey>();
  const exchangeKeys = new Set<string>();
  const disturbed: string[] = [];
  const living = (name: string): VaultKey | undefined => {
    const key = keys.get(name);
    return key?.deleted === false ? key : undefined;
  };
  const nameOf = (id: string): string => id.split('/')[0] ?? '';
  const version = (id: string): KeyVersion | undefined => living(nameOf(id))?.versions.find((each) => each.id === id);
  const api: VaultApi = {
    getKey: (name) => living(name)?.versions.at(-1),
    getDeletedKey: (name) => keys.get(name)?.deleted === true,
    getVersion: version,
    listVersions: (name) => living(name)?.versions ?? [],
    importKey(name, given, exchangeKey) {
      const key = keys.get(name) ?? { versions: [], deleted: false };
      if (key.deleted) throw refusal('PUT key', 'already_exists');
      if (!exchangeKeys.has(exchangeKey)) return undefined;
      if (given.owner === 'engine' && key.versions[0]?.owner === 'stranger') disturbed.push(name);
      const made = { ...given, id: `${name}/${key.versions.length + 1}`, touched: false };
      key.versions.push(made);
      keys.set(name, key);
      return made;
    },
    setEnabled(id, enabled) {
      const known = version(id);
      if (!known) return undefined;
      if (known.owner === 'stranger') disturbed.push(id);
      const changed = known.enabled !== enabled;
      known.enabled = enabled;
      return changed;
    },
    deleteKey(name) {
      const key = living(name);
      if (!key) return false;
      if (key.versions[0]?.owner === 'stranger') disturbed.push(name);
      key.deleted = true;
      return true;
    },
  };
  return { keys, exchangeKeys, disturbed, api };
}
