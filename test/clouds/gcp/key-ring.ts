import { refusal } from '../../support/model-calls.ts';

export type CryptoKeyVersionState =
  'PENDING_IMPORT' | 'ENABLED' | 'DISABLED' | 'IMPORT_FAILED' | 'DESTROY_SCHEDULED' | 'DESTROYED';

export interface CryptoKeyVersion {
  /** `<crypto key>/<number>`. */
  readonly id: string;
  readonly importJob: string;
  /** SHA-256, hex; it is fixed for ever. */
  readonly material: string;
  readonly createdAt: number;
  readonly owner: 'engine' | 'stranger';
  state: CryptoKeyVersionState;
  /** How often it is listed before its import is done. */
  wait: number;
}

export interface CryptoKey {
  readonly labels: Readonly<Record<string, string>>;
  readonly owner: 'engine' | 'stranger';
  readonly versions: CryptoKeyVersion[];
  primary: string | undefined;
}

export interface KeyRing {
  readonly keys: Map<string, CryptoKey>;
  /** When each import job expires, milliseconds since the Unix epoch. */
  readonly importJobs: Map<string, number>;
  /** What of a stranger's the engine has changed. */
  readonly disturbed: string[];
  readonly api: KeyRingApi;
}

/** The requests to a key ring, with its rules. */
export interface KeyRingApi {
  /** False: 409. */
  createKey(name: string, labels: CryptoKey['labels']): boolean;
  /** The time it expires; of one that exists already as well, which a 409 and a GET tell. */
  createImportJob(name: string): number;
  /** @param into - the version that an import failed into, or that was destroyed */
  importVersion(key: string, importJob: string, material: string, into?: string): CryptoKeyVersion;
  listVersions(key: string): readonly CryptoKeyVersion[];
  setState(id: string, state: 'ENABLED' | 'DISABLED'): boolean;
  destroy(id: string): boolean;
  setPrimary(key: string, id: string): boolean;
}

const JOB_MS = 3 * 24 * 60 * 60_000;

export function newKeyRing(now: () => number, isSymmetric: boolean): KeyRing {
  const keys = new Map<string, CryptoKey>();
  const importJobs = new Map<string, number>();
  const disturbed: string[] = [];
  const keyOf = (operation: string, name: string): CryptoKey => {
    const key = keys.get(name);
    if (!key) throw refusal(operation, 'not_found');
    if (key.owner === 'stranger') disturbed.push(name);
    return key;
  };
  const versionOf = (operation: string, id: string): CryptoKeyVersion => {
    const version = keyOf(operation, id.split('/')[0] ?? '').versions.find((each) => each.id === id);
    if (!version) throw refusal(operation, 'not_found');
    if (version.owner === 'stranger') disturbed.push(id);
    return version;
  };
  const api: KeyRingApi = {
    createKey(name, labels) {
      if (keys.has(name)) return false;
      keys.set(name, { labels, owner: 'engine', versions: [], primary: undefined });
      return true;
    },
    createImportJob(name) {
      const until = importJobs.get(name) ?? now() + JOB_MS;
      importJobs.set(name, until);
      return until;
    },
    importVersion(name, importJob, material, into) {
      const key = keyOf('import', name);
      if ((importJobs.get(importJob) ?? 0) <= now()) throw refusal('import', 'invalid_state');
      if (into === undefined) {
        const id = `${name}/${key.versions.length + 1}`;
        const wait = key.versions.length % 3;
        const made: CryptoKeyVersion = {
          ...{ id, importJob, material, createdAt: now(), owner: 'engine', state: 'PENDING_IMPORT', wait },
        };
        key.versions.push(made);
        return made;
      }
      const version = versionOf('import', into);
      if (version.material !== material) throw refusal('import', 'invalid_request');
      if (version.state !== 'IMPORT_FAILED' && version.state !== 'DESTROYED') throw refusal('import', 'invalid_state');
      version.state = 'PENDING_IMPORT';
      return version;
    },
    listVersions(name) {
      const versions = keys.get(name)?.versions ?? [];
      for (const version of versions) {
        if (version.state === 'PENDING_IMPORT' && version.wait-- <= 0) version.state = 'ENABLED';
      }
      return versions;
    },
    setState(id, state) {
      const version = versionOf('PATCH version', id);
      if (version.state !== 'ENABLED' && version.state !== 'DISABLED') throw refusal('PATCH version', 'invalid_state');
      const changed = version.state !== state;
      version.state = state;
      return changed;
    },
    destroy(id) {
      const version = versionOf('destroy', id);
      if (version.state === 'PENDING_IMPORT') throw refusal('destroy', 'invalid_state');
      if (version.state !== 'ENABLED' && version.state !== 'DISABLED') return false;
      version.state = 'DESTROY_SCHEDULED';
      return true;
    },
    setPrimary(name, id) {
      const version = versionOf('updatePrimaryVersion', id);
      if (!isSymmetric) throw refusal('updatePrimaryVersion', 'invalid_request');
      if (version.state !== 'ENABLED') throw refusal('updatePrimaryVersion', 'invalid_state');
      const key = keyOf('updatePrimaryVersion', name);
      const changed = key.primary !== id;
      key.primary = id;
      return changed;
    },
  };
  return { keys, importJobs, disturbed, api };
}
