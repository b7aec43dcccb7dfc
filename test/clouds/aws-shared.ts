import type { NameObservation, Observation, Performed } from '../../src/providers/observation.ts';
import { ATTEMPT_LABEL, type KmsClient, type Search, type Target } from '../../src/providers/port.ts';
import { HOME, type Place } from '../../src/providers/step.ts';
import type { AwsKeys, KmsKey } from './aws-keys.ts';
import type { Calls } from '../support/model-calls.ts';
import { FORBIDDEN } from './cloud-model.ts';

/** What the client needs to know beside AWS KMS. */
export interface AwsAccess {
  readonly calls: Calls;
  readonly keys: AwsKeys;
  /** Whether the credentials allow looking (DescribeKey, ListResourceTags, ListKeys). */
  readonly mayLook: () => boolean;
}

/** Requests that are the same whatever a KMS key holds. */
export type SharedCalls = Pick<
  KmsClient,
  'account' | 'readLabels' | 'inspect' | 'surveyNames' | 'findByLabel' | 'probePermissions' | 'close'
>;

/** @param keyId - the id of the KMS key in an id of the engine's */
export function sharedCalls({ keys, mayLook }: AwsAccess, keyId: (id: string) => string): SharedCalls {
  const home = keys.region(HOME);
  return {
    account: async () => undefined,
    async readLabels(id) {
      if (!mayLook()) return FORBIDDEN;
      const key = home.keys.get(keyId(id));
      return key ? { outcome: 'seen', labels: key.tags } : { outcome: 'unknown' };
    },
    async inspect(id) {
      const key = home.keys.get(keyId(id));
      if (!key) return undefined;
      const names = [...home.aliases].flatMap(([name, { target }]) => (target === key.id ? name : []));
      const state = key.pendingDeletion ? 'pending_deletion' : key.materials.length === 0 ? 'unused' : 'used';
      return mayLook()
        ? { account: undefined, labels: key.tags, names, createdAt: key.createdAt, state, unreadable: [] }
        : {
            account: undefined,
            labels: undefined,
            names,
            createdAt: undefined,
            state: undefined,
            unreadable: ['tags'],
          };
    },
    async surveyNames() {
      return { outcome: 'seen', targets: new Map([...home.aliases].map(([name, { target }]) => [name, target])) };
    },
    async findByLabel(label, value) {
      if (!mayLook()) return { found: [], incomplete: FORBIDDEN.why };
      const found = [...home.keys.values()].filter(
        ({ tags, pendingDeletion }) => tags[label] === value && !pendingDeletion,
      );
      return { found: found.map(({ id, tags }) => ({ remoteId: id, labels: tags })), incomplete: undefined };
    },
    probePermissions: async () => ({ credentials: { source: 'model', id: '' }, problem: undefined, permissions: [] }),
    close: () => undefined,
  };
}

/** Looks for the KMS keys that carry an attempt's tag. */
export async function findByAttempt(
  { calls, keys, mayLook }: AwsAccess,
  attempt: string,
  seen: (id: string) => readonly Observation[],
): Promise<Search> {
  return calls.request('ListResourceTags', attempt, () => {
    if (!mayLook()) return { outcome: 'unknown', why: FORBIDDEN.why };
    const tagged = [...keys.region(HOME).keys.values()].filter(({ tags }) => tags[ATTEMPT_LABEL] === attempt);
    const candidates = tagged.map(({ id }) => ({ id, seen: seen(id) }));
    return candidates.length > 0 ? { outcome: 'found', candidates } : { outcome: 'absent' };
  });
}

/**
 * Points the alias to a KMS key. One that points to a stranger's, and was never ours, is left alone.
 *
 * @returns undefined where it is a stranger's; else whether it changed, and whether it pointed to what is not on record
 */
export async function pointAlias(
  { calls, keys }: AwsAccess,
  target: Target,
  place: Place,
  id: string,
  ours: readonly string[],
): Promise<{ readonly changed: boolean; readonly taken: boolean } | undefined> {
  const { distributedName: name, ownsName } = target;
  return calls.request('UpdateAlias', `${name} ${place}`, () => {
    const holder = keys.region(place).aliases.get(name)?.target;
    const isOurs = holder === undefined || ours.includes(holder);
    if (!isOurs && !ownsName) return undefined;
    keys.point(place, name, id);
    return { changed: holder !== id, taken: !isOurs };
  });
}

/** Removes the alias, where it points to what is on record. */
export async function removeAlias(
  { calls, keys }: AwsAccess,
  target: Target,
  place: Place,
  ours: readonly string[],
): Promise<Performed> {
  const { distributedName: name } = target;
  const changed = await calls.request('DeleteAlias', `${name} ${place}`, () => {
    const holder = keys.region(place).aliases.get(name)?.target;
    if (holder === undefined || !ours.includes(holder)) return false;
    keys.removeAlias(place, name);
    return true;
  });
  return calls.performed(changed, { of: 'name', place, points: 'removed' });
}

/** Where the alias points to. @param versionOf - the version that a KMS key holds; undefined where it is not on record */
export function observedAlias(
  { keys, mayLook }: AwsAccess,
  target: Target,
  place: Place,
  ours: readonly string[],
  versionOf: (key: KmsKey) => number | undefined,
): NameObservation {
  const region = keys.region(place);
  const holder = region.aliases.get(target.distributedName)?.target;
  const key = region.keys.get(holder ?? '');
  const name = { of: 'name', place } as const;
  if (holder === undefined) return { ...name, points: 'nowhere' };
  const version = key && versionOf(key);
  if (version !== undefined) return { ...name, points: version, id: holder };
  if (ours.includes(holder)) return { ...name, points: 'replaced', id: holder };
  return {
    ...name,
    points: 'stranger',
    holder: { remoteId: holder, labels: mayLook() ? (key?.tags ?? {}) : undefined },
  };
}
