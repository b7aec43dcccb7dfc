import { createHash } from 'node:crypto';
import { ProviderError, type ProviderErrorReason } from '../../src/providers/errors.ts';
import {
  ATTEMPT_LABEL,
  type KmsClient,
  type KmsDriver,
  type KmsDrivers,
  type ProviderKind,
  type Receipt,
  type SearchResult,
} from '../../src/providers/port.ts';
import { systemClock, type WallClock } from '../../src/support/clock.ts';

/** One object of the model: what a CMK is, as far as the engine can tell. */
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

/** What happens to a call: it fails before it has an effect, or after (the answer is lost). */
export interface ModelFault {
  readonly when: 'before' | 'after';
  readonly reason: ProviderErrorReason;
}

/** A cloud in a few lines, against which the planner and the executor are judged. It knows nothing of either. */
export interface ModelCloud {
  readonly objects: ReadonlyMap<string, ModelObject>;
  /** Id by name. */
  readonly names: ReadonlyMap<string, string>;
  /** Calls so far, `action id-or-name`. */
  readonly calls: readonly string[];
  /** Asked before every call; a fault makes it fail. */
  fault: (action: string, index: number) => ModelFault | undefined;
  /** Whether `findVersion` may look. */
  searchable: boolean;
  /** Whose credentials the engine has: objects of other accounts are not there for it. Undefined: nobody says. */
  account: string | undefined;
  readonly drivers: KmsDrivers;
}

export function modelCloud({ account, clock = systemClock }: { account?: string; clock?: WallClock } = {}): ModelCloud {
  const objects = new Map<string, ModelObject>();
  const home = new Map<string, string>();
  const abroad = new Map<string | undefined, Map<string, string>>([[account, home]]);
  const calls: string[] = [];
  let created = 0;

  /** As `call`, of one that changes something; false: there was nothing to change. The receipt has the call's number. */
  const change = async <T extends object>(
    action: string,
    subject: string,
    effect: () => T | false,
  ): Promise<Receipt & T> => {
    const requestId = `request-${calls.length + 1}`;
    const given = await call(action, subject, effect);
    return { ...(given === false ? { changed: false } : { changed: true, requestId }), ...given } as Receipt & T;
  };
  const call = async <T>(action: string, subject: string, effect: () => T): Promise<T> => {
    const fault = cloud.fault(action, calls.length);
    calls.push(`${action} ${subject}`);
    await Promise.resolve();
    if (fault?.when === 'before') throw failure(action, fault, false);
    const result = effect();
    if (fault) throw failure(action, fault, true);
    return result;
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
    createVersion: (target) =>
      change('create', target.attempt, () => {
        const id = `cmk-${++created}`;
        const { attempt, labels } = target;
        const createdAt = clock.now();
        objects.set(id, { id, attempt, labels, account: cloud.account, createdAt, state: 'pending_import' });
        return { remoteId: id, imported: false, ...(cloud.account === undefined ? {} : { account: cloud.account }) };
      }),
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
    findVersion: ({ attempt }) =>
      call('find', attempt, (): SearchResult => {
        if (!cloud.searchable) return { outcome: 'unknown', why: 'no permission to look' };
        const tagged = [...objects.values()].filter((object) => object.attempt === attempt);
        const remoteIds = tagged.flatMap(({ id, account: owner }) => (owner === cloud.account ? id : []));
        return remoteIds.length > 0 ? { outcome: 'found', remoteIds } : { outcome: 'absent' };
      }),
    importMaterial: (_target, id, material) =>
      change('import', id, () => {
        const object = living('import', id);
        const hash = createHash('sha256').update(material.reveal()).digest('hex');
        if (object.material !== undefined && object.material !== hash) throw refusal('import', 'invalid_request');
        object.material = hash;
        if (object.state === 'pending_import') object.state = 'enabled';
        return {};
      }),
    setEnabled: (_target, id, enabled) =>
      change(enabled ? 'enable' : 'disable', id, () => {
        const object = living('set_enabled', id);
        if (object.state === 'pending_import') throw refusal('set_enabled', 'invalid_state');
        object.state = enabled ? 'enabled' : 'disabled';
        return {};
      }),
    setCurrent: ({ distributedName }, id, { owned, ours }) =>
      change('set_current', distributedName, () => {
        living('set_current', id);
        const holder = names().get(distributedName);
        if (holder !== undefined && !owned && !ours.includes(holder)) throw refusal('set_current', 'already_exists');
        names().set(distributedName, id);
        return { taken: holder !== undefined && !ours.includes(holder) };
      }),
    removeName: (name, ours) =>
      change('remove_name', name, () => {
        const holder = names().get(name);
        return holder !== undefined && ours.includes(holder) && names().delete(name) ? {} : false;
      }),
    removeVersion: (id) =>
      change('remove', id, () => {
        const object = objectOf(id);
        if (!object) return { outcome: 'unknown', changed: false };
        const changed = object.state !== 'pending_deletion';
        object.state = 'pending_deletion';
        return { outcome: 'removed', changed };
      }),
    observeVersion: async (id) => {
      if (!cloud.searchable) return { outcome: 'forbidden', why: 'no permission to look' };
      const object = objectOf(id);
      if (!object) return { outcome: 'seen', state: 'deleted' };
      return { outcome: 'seen', state: object.state === 'pending_import' ? 'missing_material' : object.state };
    },
    observeName: async (name, ours) => {
      const holder = names().get(name);
      if (holder === undefined || ours.includes(holder)) return { outcome: 'seen', remoteId: holder };
      const labels = cloud.searchable ? (objects.get(holder)?.labels ?? {}) : undefined;
      return { outcome: 'seen', remoteId: undefined, other: { remoteId: holder, labels } };
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
  const driver = (kind: ProviderKind): KmsDriver => ({
    kind,
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
      awskms: driver('awskms'),
      azurekeyvault: driver('azurekeyvault'),
      gcpckms: driver('gcpckms'),
    },
  };
  return cloud;
}

function tagsOf({ labels, attempt }: ModelObject): Readonly<Record<string, string>> {
  return { ...labels, [ATTEMPT_LABEL]: attempt };
}

function failure(action: string, fault: ModelFault, afterEffect: boolean): ProviderError {
  const ambiguous = afterEffect || fault.reason === 'timeout' || fault.reason === 'unavailable';
  return new ProviderError(fault.reason, `${action}: injected ${fault.reason}`, { call: action, ambiguous });
}

function refusal(action: string, reason: ProviderErrorReason): ProviderError {
  return new ProviderError(reason, `${action}: refused, ${reason}`, { call: action });
}
