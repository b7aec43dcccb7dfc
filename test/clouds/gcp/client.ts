import { rfc3339 } from '../../../src/support/clock.ts';
import type {
  NameObservation,
  Observation,
  Performed,
  Unseen,
  VersionObservation,
} from '../../../src/providers/observation.ts';
import type { KmsClient, Target } from '../../../src/providers/port.ts';
import { HOME, type RepeatableStep } from '../../../src/providers/step.ts';
import { materialHash, type Calls } from '../../support/model-calls.ts';
import { FORBIDDEN } from '../cloud-model.ts';
import type { CryptoKeyVersion, CryptoKeyVersionState, KeyRing } from './key-ring.ts';

/** What the client needs to know beside the key ring. */
export interface GcpAccess {
  readonly calls: Calls;
  readonly ring: KeyRing;
  readonly isSymmetric: boolean;
  /** Whether the credentials allow reading crypto keys, which are not among the documented permissions. */
  readonly mayGet: () => boolean;
}

const STATES: Readonly<Record<CryptoKeyVersionState, VersionObservation['state']>> = {
  PENDING_IMPORT: 'pending',
  ENABLED: 'enabled',
  DISABLED: 'disabled',
  // The same material can be imported into the same number.
  IMPORT_FAILED: 'created',
  DESTROYED: 'created',
  DESTROY_SCHEDULED: 'pending_deletion',
};

/** A client of a key ring with the nine permissions of Vault's documentation. */
export function gcpClient({ calls, ring, isSymmetric, mayGet }: GcpAccess): KmsClient {
  const { api } = ring;
  const list = (key: string): Promise<readonly CryptoKeyVersion[]> =>
    calls.request('LIST versions', key, () => api.listVersions(key));
  const stateOf = async (target: Target, version: number): Promise<VersionObservation> => {
    const id = idOf(target, version);
    const known = (await list(containerOf(target))).find((each) => each.id === id);
    return known ? seenVersion(version, known) : { of: 'version', version, place: HOME, id, state: 'gone' };
  };
  const destroy = async (id: string, seen: Observation): Promise<Performed> =>
    calls.performed(await calls.request('destroy', id, () => api.destroy(id)), seen);

  const perform = async (step: RepeatableStep, target: Target): Promise<Performed> => {
    switch (step.action) {
      case 'create_container': {
        const id = target.distributedName;
        const labels = target.labels();
        const made = await calls.request('POST cryptoKeys', id, () => api.createKey(id, labels));
        // One without versions is that of a lost answer: it takes imports only, as ours do.
        if (!made && (await list(id)).length > 0) {
          return calls.performed(false, { of: 'name', place: HOME, points: 'stranger' });
        }
        return calls.performed(made, { of: 'container', id, state: 'made' });
      }
      case 'create_wrapping_key': {
        const name = target.wrappingKey ?? '';
        const until = await calls.request('POST importJobs', name, () => api.createImportJob(name));
        return calls.performed(true, { of: 'wrapping_key', name, state: 'ready', until: rfc3339(until) });
      }
      case 'import': {
        const { version } = step;
        const seen = await stateOf(target, version);
        // The answer to an earlier import may have been lost.
        if (seen.state !== 'created') return calls.performed(false, seen);
        const material = await materialHash(target, version);
        const id = idOf(target, version);
        const made = await calls.request('import', id, () =>
          api.importVersion(containerOf(target), target.wrappingKey ?? '', material, id),
        );
        return calls.performed(true, seenVersion(version, made));
      }
      case 'await':
        return calls.performed(false, await stateOf(target, step.version));
      case 'enable':
      case 'disable': {
        const { version, action } = step;
        const id = idOf(target, version);
        const state = action === 'enable' ? 'ENABLED' : 'DISABLED';
        const changed = await calls.request('PATCH version', id, () => api.setState(id, state));
        return calls.performed(changed, { of: 'version', version, place: HOME, id, state: STATES[state] });
      }
      case 'set_current': {
        const { version } = step;
        const id = idOf(target, version);
        const key = containerOf(target);
        const changed = await calls.request('updatePrimaryVersion', id, () => api.setPrimary(key, id));
        return calls.performed(changed, { of: 'name', place: HOME, points: version, id });
      }
      case 'remove': {
        const { version } = step;
        const id = idOf(target, version);
        return destroy(id, { of: 'version', version, place: HOME, id, state: 'removed' });
      }
      case 'remove_replaced': {
        const { id = '' } = step;
        return destroy(id, { of: 'replaced', id, state: 'removed' });
      }
      default:
        throw new Error(`GCP has no step ${step.action}`);
    }
  };

  const observePrimary = (target: Target): NameObservation | Unseen => {
    const name = { of: 'name', place: HOME } as const;
    if (!isSymmetric) return { ...name, points: 'nowhere' };
    if (!mayGet()) return FORBIDDEN;
    const key = ring.keys.get(target.container ?? '');
    const primary = key?.versions.find(({ id }) => id === key.primary);
    if (!key || !primary) return { ...name, points: 'nowhere' };
    const { id } = primary;
    const version = [...target.ids(HOME)].find(([, known]) => known === id)?.[0];
    if (version !== undefined) return { ...name, points: version, id };
    if (target.ours(HOME).includes(id)) return { ...name, points: 'replaced', id };
    // A removal leaves the primary where it is.
    if (STATES[primary.state] === 'pending_deletion' || primary.state === 'DESTROYED')
      return { ...name, points: 'nowhere' };
    // Versions carry no labels; whose a version is, its import job tells.
    const labels = isOurJob(primary.importJob, target) ? key.labels : {};
    return { ...name, points: 'stranger', holder: { remoteId: id, labels } };
  };

  const isThere = ({ state }: CryptoKeyVersion): boolean => state !== 'DESTROY_SCHEDULED' && state !== 'DESTROYED';
  /** What was imported by our job and is not on record. */
  const unrecorded = (all: readonly CryptoKeyVersion[], target: Target): CryptoKeyVersion[] => {
    const known = target.ours(HOME);
    return all.filter((each) => isThere(each) && !known.includes(each.id) && isOurJob(each.importJob, target));
  };

  const observeName = async (target: Target): Promise<NameObservation | Unseen> => {
    const primary = observePrimary(target);
    if ((isSymmetric && mayGet()) || target.isCreating) return primary;
    const newest = unrecorded(api.listVersions(target.container ?? ''), target).at(-1);
    if (!newest) return primary;
    return { of: 'name', place: HOME, points: 'unrecorded', holder: { remoteId: newest.id, labels: undefined } };
  };

  const client: KmsClient = {
    async create({ version }, _attempt, target) {
      const material = await materialHash(target, version);
      const key = containerOf(target);
      const made = await calls.request('import', key, () => api.importVersion(key, target.wrappingKey ?? '', material));
      return calls.performed(true, seenVersion(version, made));
    },
    perform,
    async find({ version }, target) {
      if (target?.container === undefined) return { outcome: 'absent' };
      const all = await list(target.container);
      const made = unrecorded(all, target);
      const [one, ...others] = made;
      if (!one) return { outcome: 'absent' };
      if (others.length === 0) return { outcome: 'proven', seen: [seenVersion(version, one)] };
      return {
        outcome: 'unknown',
        why: `${made.length} versions are on no record`,
        remoteIds: made.map(({ id }) => id),
      };
    },
    async removeObject(id) {
      throw new Error(`no object of GCP's belongs to no distribution: ${id}`);
    },
    async observe(target) {
      const all = api.listVersions(target.container ?? '');
      const versions = [...target.ids(HOME)].map(([version, id]): VersionObservation => {
        const known = all.find((each) => each.id === id);
        return known ? seenVersion(version, known) : { of: 'version', version, place: HOME, id, state: 'gone' };
      });
      if (!isSymmetric) return { versions, names: [], others: [] };
      const name = observePrimary(target);
      return { versions, names: ['outcome' in name ? { ...name, place: HOME } : name], others: [] };
    },
    observeName,
    account: async () => undefined,
    async readLabels(id) {
      if (id.includes('/')) return { outcome: 'forbidden', why: 'versions carry no labels' };
      if (!mayGet()) return FORBIDDEN;
      const key = ring.keys.get(id);
      return key ? { outcome: 'seen', labels: key.labels } : { outcome: 'unknown' };
    },
    async inspect(id) {
      const name = id.split('/')[0] ?? '';
      const key = ring.keys.get(name);
      const version = key?.versions.find((each) => each.id === id);
      if (!key || !version) return undefined;
      const labels = mayGet() ? key.labels : undefined;
      const names = key.primary === id ? [name] : [];
      return { account: undefined, labels, names, createdAt: version.createdAt, state: 'used', unreadable: [] };
    },
    async surveyNames() {
      if (!mayGet()) return FORBIDDEN;
      const primaries = [...ring.keys].flatMap(([name, { primary }]) => (primary ? [[name, primary] as const] : []));
      return { outcome: 'seen', targets: new Map(primaries) };
    },
    async findByLabel(label, value) {
      if (!mayGet()) return { found: [], incomplete: FORBIDDEN.why };
      const keys = [...ring.keys].filter(([, { labels }]) => labels[label] === value);
      return { found: keys.map(([remoteId, { labels }]) => ({ remoteId, labels })), incomplete: undefined };
    },
    probePermissions: async () => ({ credentials: { source: 'model', id: '' }, problem: undefined, permissions: [] }),
    close: () => undefined,
  };
  return client;
}

function seenVersion(version: number, { id, state }: CryptoKeyVersion): VersionObservation {
  return { of: 'version', version, place: HOME, id, state: STATES[state] };
}

/** Import jobs of a KMS differ by the time they were made at. */
function isOurJob(job: string, { wrappingKey = '' }: Target): boolean {
  return job.replace(/\d+$/, '') === wrappingKey.replace(/\d+$/, '');
}

function containerOf({ container }: Target): string {
  if (container === undefined) throw new Error('there is no crypto key');
  return container;
}

function idOf(target: Target, version: number): string {
  const id = target.id(version, HOME);
  if (id === undefined) throw new Error(`version ${version} is not known to exist`);
  return id;
}
