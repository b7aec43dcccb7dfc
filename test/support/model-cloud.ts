import { createHash } from 'node:crypto';
import { withMaterial } from '../../src/crypto/key-material.ts';
import { ATTEMPT_LABEL } from '../../src/providers/port.ts';
import { planAws } from '../../src/providers/aws/plan.ts';
import { modelCalls, refusal, type Fault } from './model-calls.ts';
import type { Observation, Performed, Seen } from '../../src/providers/observation.ts';
import type { Candidate, KmsClient, KmsDriver, Search, Target } from '../../src/providers/port.ts';
import { HOME } from '../../src/providers/step.ts';
import { systemClock, type WallClock } from '../../src/support/clock.ts';

/** One object of the model: what a KMS key is, as far as the engine can tell. */
export interface ModelObject {
  readonly id: string;
  attempt: string;
  labels: Readonly<Record<string, string>>;
  readonly account: string | undefined;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
  state: 'pending_import' | 'enabled' | 'disabled' | 'pending_deletion';
  /** SHA-256 of the imported material, hex. */
  material?: string;
}

/** A cloud in a few lines, against which the planner and the executor are judged. It knows nothing of either. */
export interface ModelCloud {
  readonly objects: ReadonlyMap<string, ModelObject>;
  /** Id by name. */
  readonly names: ReadonlyMap<string, string>;
  /** Calls so far, `action id-or-name`. */
  readonly calls: readonly string[];
  /** Asked before every call; a fault makes it fail. */
  fault: (action: string, index: number) => Fault | undefined;
  /** Whether `find` may look. */
  searchable: boolean;
  /** Whose credentials the engine has: objects of other accounts are not there for it. Undefined: nobody says. */
  account: string | undefined;
  readonly drivers: Readonly<Record<'azurekeyvault' | 'awskms' | 'gcpckms', KmsDriver>>;
}

export function modelCloud({ account, clock = systemClock }: { account?: string; clock?: WallClock } = {}): ModelCloud {
  const objects = new Map<string, ModelObject>();
  const home = new Map<string, string>();
  const abroad = new Map<string | undefined, Map<string, string>>([[account, home]]);
  const requests = modelCalls();
  requests.fault = (action, index) => cloud.fault(action, index);
  const { made: calls } = requests;
  const call: typeof requests.request = (...request) => requests.request(...request);
  let created = 0;

  /** As `call`, of one that changes something: gives what is known after it, or all of the answer. */
  const change = async (
    action: string,
    subject: string,
    effect: () => Performed | readonly Observation[],
  ): Promise<Performed> => {
    const requestId = `request-${calls.length + 1}`;
    const given = await call(action, subject, effect);
    if (!('seen' in given)) return { changed: true, requestId, seen: given };
    return given.changed ? { ...given, requestId } : given;
  };
  const names = (): Map<string, string> => {
    const known = abroad.get(cloud.account) ?? new Map<string, string>();
    abroad.set(cloud.account, known);
    return known;
  };
  const objectOf = (id: string): ModelObject | undefined => {
    const object = objects.get(id);
    return object?.account === cloud.account ? object : undefined;
  };
  const living = (action: string, id: string): ModelObject => {
    const object = objectOf(id);
    if (!object) throw refusal(action, 'not_found');
    if (object.state === 'pending_deletion') throw refusal(action, 'pending_deletion');
    return object;
  };

  const client: KmsClient = {
    create: (_step, { attempt, version }, target) =>
      change('create', attempt, () => {
        const id = `key-${++created}`;
        const labels = target.labels(version);
        const { account } = cloud;
        objects.set(id, { id, attempt, labels, account, createdAt: clock.now(), state: 'pending_import' });
        const made = { of: 'version', version, place: HOME, id, state: 'created' } as const;
        return [made, ...(account === undefined ? [] : [{ of: 'account', account } as const])];
      }),
    async perform(step, target) {
      switch (step.action) {
        case 'import': {
          const { version } = step;
          const id = idOf(target, version);
          return withMaterial(await target.material(version), (material) =>
            change('import', id, () => {
              const object = living('import', id);
              const hash = createHash('sha256').update(material.reveal()).digest('hex');
              if (object.material !== undefined && object.material !== hash) throw refusal('import', 'invalid_request');
              object.material = hash;
              if (object.state === 'pending_import') object.state = 'enabled';
              return [{ of: 'version', version, place: HOME, id, state: 'enabled' }];
            }),
          );
        }
        case 'enable':
        case 'disable': {
          const { version, action } = step;
          const id = idOf(target, version);
          return change(action, id, () => {
            const object = living('set_enabled', id);
            if (object.state === 'pending_import') throw refusal('set_enabled', 'invalid_state');
            object.state = action === 'enable' ? 'enabled' : 'disabled';
            return [{ of: 'version', version, place: HOME, id, state: object.state }];
          });
        }
        case 'set_current': {
          const { version } = step;
          const { distributedName, ownsName } = target;
          const ours = target.ours(HOME);
          const id = idOf(target, version);
          return change('set_current', distributedName, () => {
            living('set_current', id);
            const holder = names().get(distributedName);
            if (holder !== undefined && !ownsName && !ours.includes(holder)) {
              return { changed: false, seen: [{ of: 'name', place: HOME, points: 'stranger' }] };
            }
            names().set(distributedName, id);
            const taken = holder !== undefined && !ours.includes(holder);
            return [{ of: 'name', place: HOME, points: version, id, taken }];
          });
        }
        case 'remove_name': {
          const { distributedName: name } = target;
          const seen = [{ of: 'name', place: HOME, points: 'removed' }] as const;
          return change('remove_name', name, () => {
            const holder = names().get(name);
            const removed = holder !== undefined && target.ours(HOME).includes(holder) && names().delete(name);
            return { changed: removed, seen };
          });
        }
        case 'remove': {
          const { version, place } = step;
          return remove(idOf(target, version), (state) => ({ of: 'version', version, place, state }));
        }
        case 'remove_replaced': {
          const { id = '' } = step;
          return remove(id, (state) => ({ of: 'replaced', id, state }));
        }
        default:
          throw new Error(`the model has no step ${step.action}`);
      }
    },
    removeObject: (id) => remove(id, (state) => ({ of: 'replaced', id, state })),
    account: async () => cloud.account,
    readLabels: async (id) => {
      if (!cloud.searchable) return { outcome: 'forbidden', why: 'no permission to look' };
      const object = objectOf(id);
      return object ? { outcome: 'seen', labels: tagsOf(object) } : { outcome: 'unknown' };
    },
    inspect: async (id) => {
      const object = objectOf(id);
      if (!object) return undefined;
      const { state, material, createdAt } = object;
      const unused = state === 'pending_import' && material === undefined;
      const pointing = [...names()].flatMap(([name, holder]) => (holder === id ? name : []));
      const seen = cloud.searchable;
      return {
        account: seen ? object.account : undefined,
        labels: seen ? tagsOf(object) : undefined,
        names: pointing,
        createdAt: seen ? createdAt : undefined,
        state: seen ? (state === 'pending_deletion' ? state : unused ? 'unused' : 'used') : undefined,
        unreadable: seen ? [] : ['no permission to look'],
      };
    },
    find: ({ attempt, version }) =>
      call('find', attempt, (): Search => {
        if (!cloud.searchable) return { outcome: 'unknown', why: 'no permission to look' };
        const tagged = [...objects.values()].filter((object) => object.attempt === attempt);
        const candidates = tagged
          .filter(({ account: owner }) => owner === cloud.account)
          .map(({ id }): Candidate => ({ id, seen: [{ of: 'version', version, place: HOME, id, state: 'created' }] }));
        return candidates.length > 0 ? { outcome: 'found', candidates } : { outcome: 'absent' };
      }),
    async observe(target, signal) {
      const versions = [...target.ids(HOME)].map(([version, id]) => observeVersion(version, id));
      const name = await client.observeName(target, HOME, signal);
      return { versions, names: ['outcome' in name ? { ...name, place: HOME } : name], others: [] };
    },
    async observeName(target) {
      const holder = names().get(target.distributedName);
      const name = { of: 'name', place: HOME } as const;
      if (holder === undefined) return { ...name, points: 'nowhere' };
      if (!target.ours(HOME).includes(holder)) {
        const labels = cloud.searchable ? (objects.get(holder)?.labels ?? {}) : undefined;
        return { ...name, points: 'stranger', holder: { remoteId: holder, labels } };
      }
      const version = [...target.ids(HOME)].find(([, id]) => id === holder)?.[0];
      return { ...name, points: version ?? 'replaced', id: holder };
    },
    surveyNames: async () => ({ outcome: 'seen', targets: new Map(names()) }),
    findByLabel: async (label, value) => {
      if (!cloud.searchable) return { found: [], incomplete: 'no permission to look' };
      const live = [...objects.values()].filter(({ id, state }) => objectOf(id) && state !== 'pending_deletion');
      const found = live.filter(({ labels }) => labels[label] === value);
      return { found: found.map(({ id, labels }) => ({ remoteId: id, labels })), incomplete: undefined };
    },
    probePermissions: async () => ({ credentials: { source: 'model', id: '' }, problem: undefined, permissions: [] }),
    close: () => undefined,
  };

  function remove(id: string, seen: (state: 'removed' | 'unknown') => Observation): Promise<Performed> {
    return change('remove', id, () => {
      const object = objectOf(id);
      if (!object) return { changed: false, seen: [seen('unknown')] };
      const changed = object.state !== 'pending_deletion';
      object.state = 'pending_deletion';
      return { changed, seen: [seen('removed')] };
    });
  }

  function observeVersion(version: number, id: string): Seen['versions'][number] {
    const at = { version, place: HOME };
    if (!cloud.searchable) return { ...at, outcome: 'forbidden', why: 'no permission to look' };
    const object = objectOf(id);
    const state = object?.state === 'pending_import' ? 'created' : (object?.state ?? 'gone');
    return { ...at, of: 'version', id, state };
  }

  const driver = (kind: string): KmsDriver => ({
    kind,
    help: { title: kind, keyCollection: 'a region', keyCollectionField: 'the Region' },
    consistencyWindowMs: 5 * 60_000,
    lostAttempt: 'go_on',
    plan: planAws,
    credentialNames: ['access_key', 'secret_key', 'session_token', 'endpoint'],
    takeCredentials: (credentials) => ({ credentials }),
    validateConfig: () => undefined,
    checkDistribution: () => undefined,
    endpointOf: () => 'model',
    connect: () => client,
  });
  const cloud: ModelCloud = {
    objects,
    names: home,
    calls,
    fault: () => undefined,
    searchable: true,
    account,
    drivers: {
      azurekeyvault: driver('azurekeyvault'),
      awskms: driver('awskms'),
      gcpckms: driver('gcpckms'),
    },
  };
  return cloud;
}

function idOf(target: Target, version: number): string {
  const id = target.id(version, HOME);
  if (id === undefined) throw new Error(`version ${version} is not known to exist`);
  return id;
}

function tagsOf({ labels, attempt }: ModelObject): Readonly<Record<string, string>> {
  return { ...labels, [ATTEMPT_LABEL]: attempt };
}
