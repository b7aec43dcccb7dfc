import { refusal } from '../support/model-calls.ts';

/** One key material of a KMS key. */
export interface KeyMaterialEntry {
  /** SHA-256, hex. */
  readonly hash: string;
  description: string;
  /** False after it was deleted, or has expired. */
  present: boolean;
  state: 'CURRENT' | 'NON_CURRENT' | 'PENDING_ROTATION';
}

/** A KMS key in one Region, made to take material from outside. */
export interface KmsKey {
  readonly id: string;
  readonly owner: 'engine' | 'stranger';
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  /** Set on the replica of a multi-Region key. */
  readonly isReplica: boolean;
  readonly materials: KeyMaterialEntry[];
  enabled: boolean;
  pendingDeletion: boolean;
  /** How often it is asked for before the rotation that is under way is done. */
  rotation: number | undefined;
}

export type KeyState = 'Enabled' | 'Disabled' | 'PendingImport' | 'PendingDeletion' | 'PendingReplicaDeletion';

export interface Alias {
  target: string;
  /** `moved`: a stranger has pointed the engine's to a key of their own. */
  owner: 'engine' | 'stranger' | 'moved';
}

export interface Region {
  readonly keys: Map<string, KmsKey>;
  readonly aliases: Map<string, Alias>;
}

/** AWS KMS in several Regions, with its rules. */
export interface AwsKeys {
  region(place: string): Region;
  /** What of a stranger's the engine has changed. */
  readonly disturbed: string[];
  stateOf(key: KmsKey): KeyState;
  /** Regions that hold a replica which is not pending deletion. */
  replicasOf(id: string): readonly string[];
  createKey(prefix: string, tags: KmsKey['tags'], owner?: KmsKey['owner']): KmsKey;
  /** One that may be changed. @throws {ProviderError} not_found, pending_deletion */
  living(operation: string, place: string, id: string): KmsKey;
  /** Undefined: not found. False: it was pending deletion before. */
  scheduleDeletion(place: string, id: string): boolean | undefined;
  setEnabled(place: string, id: string, enabled: boolean): boolean;
  /** Points an alias to a key, and says what it pointed to before. */
  point(place: string, name: string, id: string): string | undefined;
  removeAlias(place: string, name: string): void;
}

export function newAwsKeys(now: () => number): AwsKeys {
  const regions = new Map<string, Region>();
  const disturbed: string[] = [];
  let made = 0;

  const keys: AwsKeys = {
    disturbed,
    region(place) {
      const region = regions.get(place) ?? { keys: new Map(), aliases: new Map() };
      regions.set(place, region);
      return region;
    },
    stateOf(key) {
      const replicas = [...regions.values()].filter((each) => each.keys.get(key.id)?.isReplica === true);
      if (key.pendingDeletion)
        return !key.isReplica && replicas.length > 0 ? 'PendingReplicaDeletion' : 'PendingDeletion';
      const needed = key.materials.filter(({ state }) => state !== 'PENDING_ROTATION');
      if (needed.length === 0 || needed.some(({ present }) => !present)) return 'PendingImport';
      return key.enabled ? 'Enabled' : 'Disabled';
    },
    replicasOf: (id) =>
      [...regions].flatMap(([place, { keys: all }]) => {
        const key = all.get(id);
        return key?.isReplica === true && !key.pendingDeletion ? place : [];
      }),
    createKey(prefix, tags, owner = 'engine') {
      const id = `${prefix}-${++made}`;
      const state = { enabled: true, pendingDeletion: false, rotation: undefined };
      const key: KmsKey = { id, owner, tags, createdAt: now(), isReplica: false, materials: [], ...state };
      keys.region('').keys.set(id, key);
      return key;
    },
    living(operation, place, id) {
      const key = keys.region(place).keys.get(id);
      if (!key) throw refusal(operation, 'not_found');
      if (key.pendingDeletion) throw refusal(operation, 'pending_deletion');
      if (key.owner === 'stranger') disturbed.push(id);
      return key;
    },
    scheduleDeletion(place, id) {
      const key = keys.region(place).keys.get(id);
      if (!key) return undefined;
      if (key.owner === 'stranger') disturbed.push(id);
      const changed = !key.pendingDeletion;
      key.pendingDeletion = true;
      return changed;
    },
    setEnabled(place, id, enabled) {
      const operation = enabled ? 'EnableKey' : 'DisableKey';
      const key = keys.living(operation, place, id);
      if (keys.stateOf(key) === 'PendingImport') throw refusal(operation, 'invalid_state');
      const changed = key.enabled !== enabled;
      key.enabled = enabled;
      return changed;
    },
    point(place, name, id) {
      keys.living('UpdateAlias', place, id);
      const { aliases } = keys.region(place);
      const alias = aliases.get(name);
      if (!alias) {
        aliases.set(name, { target: id, owner: 'engine' });
        return undefined;
      }
      if (alias.owner === 'stranger') disturbed.push(name);
      const former = alias.target;
      alias.target = id;
      if (alias.owner === 'moved') alias.owner = 'engine';
      return former;
    },
    removeAlias(place, name) {
      const { aliases } = keys.region(place);
      if (aliases.get(name)?.owner === 'stranger') disturbed.push(name);
      aliases.delete(name);
    },
  };
  return keys;
}

/** Imports the first material of a KMS key, or the same again; it is enabled once nothing is missing. */
export function importFirst(keys: AwsKeys, place: string, id: string, hash: string, description: string): void {
  const key = keys.living('ImportKeyMaterial', place, id);
  const [first] = key.materials;
  if (first && first.hash !== hash) throw refusal('ImportKeyMaterial', 'invalid_request');
  if (!first) key.materials.push({ hash, description, present: true, state: 'CURRENT' });
  else importAgain(keys, key, first);
  if (!first) key.enabled = true;
}

/** Imports a missing material again. */
export function importAgain(keys: AwsKeys, key: KmsKey, entry: KeyMaterialEntry): void {
  const isPending = keys.stateOf(key) === 'PendingImport';
  entry.present = true;
  if (isPending && keys.stateOf(key) !== 'PendingImport') key.enabled = true;
}
