import type {
  NameObservation,
  Observation,
  Performed,
  VersionObservation,
} from '../../../src/providers/observation.ts';
import type { KmsClient, Target } from '../../../src/providers/port.ts';
import { HOME, type RepeatableStep } from '../../../src/providers/step.ts';
import { materialHash, type Calls } from '../../support/model-calls.ts';
import { FORBIDDEN } from '../cloud-model.ts';
import { LABEL } from '../labels.ts';
import type { KeyVersion, Vault } from './vault.ts';

/** What the client needs to know beside the vault. */
export interface AzureAccess {
  readonly calls: Calls;
  readonly vault: Vault;
  readonly now: () => number;
  /** Whether the credentials allow listing. */
  readonly mayList: () => boolean;
}

/** A client of a vault with the permissions of Vault's documentation: create, delete, get, import, update. */
export function azureClient({ calls, vault, now, mayList }: AzureAccess): KmsClient {
  const { api } = vault;
  const get = (name: string): Promise<KeyVersion | undefined> => calls.request('GET key', name, () => api.getKey(name));

  /** A version that is not on record and holds the material of one that is: the answer to its import was lost. */
  const copyOf = async (target: Target, newest: KeyVersion): Promise<number | undefined> => {
    const version = Number(newest.labels[LABEL.version]);
    if (target.ours(HOME).includes(newest.id) || target.id(version, HOME) === undefined) return undefined;
    return newest.material === (await materialHash(target, version)) ? version : undefined;
  };
  const importVersion = async (
    target: Target,
    version: number,
    attempt: string,
    enabled: boolean,
  ): Promise<KeyVersion | undefined> => {
    const material = await materialHash(target, version);
    const labels = { ...target.labels(version), [LABEL.attempt]: attempt };
    const given = { labels, material, createdAt: now(), owner: 'engine', enabled } as const;
    const name = target.distributedName;
    return calls.request('PUT key', name, () => api.importKey(name, given, target.wrappingKey ?? ''));
  };
  /** The versions that hold the material of a version: what was imported again has more than one. */
  const idsOf = async (target: Target, version: number): Promise<readonly string[]> => {
    const own = target.id(version, HOME) ?? '';
    const recorded = [...target.ids(HOME).values()];
    const copies: string[] = [own];
    for (const id of target.ours(HOME).filter((each) => !recorded.includes(each))) {
      const known = await calls.request('GET key', id, () => api.getVersion(id));
      if (known?.labels[LABEL.version] === String(version)) copies.push(id);
    }
    return copies;
  };
  const isGone = (target: Target): boolean => api.getDeletedKey(target.distributedName);

  const perform = async (step: RepeatableStep, target: Target): Promise<Performed> => {
    const name = target.distributedName;
    switch (step.action) {
      case 'create_container': {
        const existing = await get(name);
        const deleted = await calls.request('GET deletedkeys', name, () => api.getDeletedKey(name));
        if (existing || deleted) return calls.performed(false, { of: 'name', place: HOME, points: 'stranger' });
        return calls.performed(false, { of: 'container', id: name, state: 'made' });
      }
      case 'create_wrapping_key': {
        const wrapping = target.wrappingKey ?? '';
        await calls.request('POST key', wrapping, () => vault.exchangeKeys.add(wrapping));
        return calls.performed(true, { of: 'wrapping_key', name: wrapping, state: 'ready' });
      }
      case 'enable':
      case 'disable': {
        const { version, action } = step;
        let changed = false;
        for (const id of await idsOf(target, version)) {
          const enabled = action === 'enable';
          changed = (await calls.request('PATCH key', id, () => api.setEnabled(id, enabled))) === true || changed;
        }
        if (isGone(target)) return calls.performed(false, gone(target));
        return calls.performed(changed, versionSeen(version, target.id(version, HOME), action === 'enable'));
      }
      case 'set_current': {
        const { version } = step;
        const newest = await get(name);
        if (!newest) return calls.performed(false, gone(target));
        const id = target.id(version, HOME);
        if (newest.id === id) return calls.performed(false, nameSeen(version, id));
        if ((await copyOf(target, newest)) === version) {
          return calls.performed(false, versionSeen(version, newest.id, newest.enabled), nameSeen(version, newest.id));
        }
        const former = await calls.request('GET key', id ?? '', () => api.getVersion(id ?? ''));
        const made = await importVersion(target, version, former?.labels[LABEL.attempt] ?? '', true);
        if (!made) return calls.performed(false, unwrapped(target));
        return calls.performed(true, versionSeen(version, made.id, true), nameSeen(version, made.id));
      }
      case 'remove_container': {
        const changed = await calls.request('DELETE key', name, () => api.deleteKey(name));
        return calls.performed(changed, { of: 'container', id: name, state: 'removed' });
      }
      default:
        throw new Error(`Azure has no step ${step.action}`);
    }
  };

  const observeName = async (target: Target): Promise<NameObservation> => {
    const newest = api.getKey(target.distributedName);
    const name = { of: 'name', place: HOME } as const;
    if (!newest) return { ...name, points: 'nowhere' };
    const version = [...target.ids(HOME)].find(([, id]) => id === newest.id)?.[0] ?? (await copyOf(target, newest));
    if (version !== undefined) return { ...name, points: version, id: newest.id };
    if (target.ours(HOME).includes(newest.id)) return { ...name, points: 'replaced', id: newest.id };
    return { ...name, points: 'stranger', holder: { remoteId: newest.id, labels: newest.labels } };
  };

  return {
    async create({ to }, { attempt, version }, target) {
      const newest = await get(target.distributedName);
      // Once it is not the newest any more, nothing would lead to it.
      if (newest && (await copyOf(target, newest)) !== undefined) {
        await calls.request('PATCH key', newest.id, () => api.setEnabled(newest.id, false));
      }
      const isStrangers = newest !== undefined && target.ours(HOME).length === 0 && !(LABEL.attempt in newest.labels);
      if (isGone(target) || isStrangers) return calls.performed(false, gone(target));
      const made = await importVersion(target, version, attempt, to === 'enabled');
      if (!made) return calls.performed(false, unwrapped(target));
      return calls.performed(true, versionSeen(version, made.id, made.enabled), nameSeen(version, made.id));
    },
    perform,
    /** No other process writes to the key, so what the attempt has made is the newest, or below a stranger's. */
    async find({ attempt, version, distributedName }) {
      const newest = await get(distributedName);
      if (!newest) return { outcome: 'absent' };
      if (newest.labels[LABEL.attempt] === attempt) {
        const seen = [versionSeen(version, newest.id, newest.enabled), nameSeen(version, newest.id)];
        return { outcome: 'proven', seen };
      }
      if (newest.labels[LABEL.attempt] !== undefined) return { outcome: 'absent' };
      if (!mayList()) return { outcome: 'unknown', why: `${newest.id} was imported by somebody else` };
      const all = await calls.request('GET versions', distributedName, () => api.listVersions(distributedName));
      const made = all.find(({ labels }) => labels[LABEL.attempt] === attempt);
      return made ? { outcome: 'proven', seen: [versionSeen(version, made.id, made.enabled)] } : { outcome: 'absent' };
    },
    async removeObject(id) {
      throw new Error(`no object of Azure's belongs to no distribution: ${id}`);
    },
    async observe(target) {
      if (target.container !== undefined && isGone(target)) {
        return { versions: [], names: [], others: [gone(target)] };
      }
      const versions = [...target.ids(HOME)].map(([version, id]): VersionObservation => {
        const known = api.getVersion(id);
        if (known) return versionSeen(version, id, known.enabled);
        return { of: 'version', version, place: HOME, id, state: 'gone' };
      });
      return { versions, names: [await observeName(target)], others: [] };
    },
    observeName,
    account: async () => undefined,
    async readLabels(id) {
      if (id.includes('/')) {
        const known = api.getVersion(id);
        return known ? { outcome: 'seen', labels: known.labels } : { outcome: 'unknown' };
      }
      const newest = api.getKey(id);
      if (!newest) return { outcome: 'unknown' };
      // A key has the tags of its newest version, which need not be ours.
      return LABEL.attempt in newest.labels ? { outcome: 'seen', labels: newest.labels } : FORBIDDEN;
    },
    async inspect(id) {
      const known = api.getVersion(id) ?? api.getKey(id);
      if (!known) return undefined;
      const { labels, createdAt } = known;
      return { account: undefined, labels, names: [id.split('/')[0] ?? ''], createdAt, state: 'used', unreadable: [] };
    },
    async surveyNames() {
      if (!mayList()) return FORBIDDEN;
      const newest = [...vault.keys.keys()].flatMap((name) => {
        const version = api.getKey(name);
        return version ? [[name, version.id] as const] : [];
      });
      return { outcome: 'seen', targets: new Map(newest) };
    },
    async findByLabel(label, value) {
      if (!mayList()) return { found: [], incomplete: FORBIDDEN.why };
      const all = [...vault.keys.keys()].flatMap((name) => api.listVersions(name));
      const found = all.filter(({ labels }) => labels[label] === value);
      return { found: found.map(({ id, labels }) => ({ remoteId: id, labels })), incomplete: undefined };
    },
    probePermissions: async () => ({ credentials: { source: 'model', id: '' }, problem: undefined, permissions: [] }),
    close: () => undefined,
  };
}

function gone({ distributedName }: Target): Observation {
  return { of: 'container', id: distributedName, state: 'gone' };
}

/** Somebody has deleted the key that the material was to be wrapped with. */
function unwrapped({ wrappingKey: name = '' }: Target): Observation {
  return { of: 'wrapping_key', name, state: 'gone' };
}

function versionSeen(version: number, id: string | undefined, enabled: boolean): VersionObservation {
  const state = enabled ? 'enabled' : 'disabled';
  return { of: 'version', version, place: HOME, state, ...(id === undefined ? {} : { id }) };
}

function nameSeen(version: number, id: string): NameObservation {
  return { of: 'name', place: HOME, points: version, id };
}
