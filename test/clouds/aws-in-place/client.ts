import type { Attempt } from '../../../src/providers/attempt.ts';
import type { Observation, Performed, VersionObservation } from '../../../src/providers/observation.ts';
import { ATTEMPT_LABEL, type KmsClient, type Target } from '../../../src/providers/port.ts';
import { HOME, type RepeatableStep } from '../../../src/providers/step.ts';
import { importAgain, importFirst, type KeyMaterialEntry, type KmsKey } from '../aws-keys.ts';
import { findByAttempt, observedAlias, pointAlias, removeAlias, sharedCalls, type AwsAccess } from '../aws-shared.ts';
import { materialHash, refusal } from '../../support/model-calls.ts';
import { FORBIDDEN } from '../cloud-model.ts';

/** How often a rotation is asked for before it is done. */
const ROTATION = 1;

/**
 * A client of AWS KMS: one KMS key holds all versions as key materials. The id of a version is that of the KMS key with the
 * version's number; its material is found by its description. That no more than 25 rotations are possible is left out.
 */
export function inPlaceClient(access: AwsAccess): KmsClient {
  const { calls, keys, mayLook } = access;
  const find = (id: string): KmsKey | undefined => keys.region(HOME).keys.get(id);
  const entryOf = (key: KmsKey | undefined, version: number): KeyMaterialEntry | undefined =>
    key?.materials.find(({ description }) => description.startsWith(`${version} `));

  /** What DescribeKey, ListKeyRotations and GetKeyRotationStatus say of a version. */
  const seen = (key: KmsKey, version: number): VersionObservation => {
    const at = { of: 'version', version, place: HOME, id: `${key.id}/${version}` } as const;
    const entry = entryOf(key, version);
    // What waits for its rotation can be deleted for good. The first material is never dropped.
    if (!entry) return { ...at, state: version === 1 || key.materials.length === 0 ? 'created' : 'gone' };
    if (!entry.present) return { ...at, state: 'created' };
    if (entry.state === 'PENDING_ROTATION') return { ...at, state: 'pending' };
    return { ...at, state: key.enabled || keys.stateOf(key) === 'PendingImport' ? 'enabled' : 'disabled' };
  };
  const rotate = (key: KmsKey, version: number): boolean => {
    const entry = entryOf(key, version);
    if (entry?.state === 'CURRENT' || key.rotation !== undefined) return false;
    if (entry?.state !== 'PENDING_ROTATION' || keys.stateOf(key) !== 'Enabled') {
      throw refusal('RotateKeyOnDemand', 'invalid_state');
    }
    key.rotation = ROTATION;
    return true;
  };
  const status = (key: KmsKey): void => {
    if (key.rotation === undefined || key.rotation-- > 0) return;
    key.rotation = undefined;
    for (const entry of key.materials) {
      if (entry.state !== 'NON_CURRENT') entry.state = entry.state === 'CURRENT' ? 'NON_CURRENT' : 'CURRENT';
    }
  };
  const importNew = (id: string, hash: string, description: string): KmsKey => {
    const key = keys.living('ImportKeyMaterial', HOME, id);
    const isWaiting = key.materials.some(({ state }) => state === 'PENDING_ROTATION');
    if (isWaiting || keys.stateOf(key) !== 'Enabled') throw refusal('ImportKeyMaterial', 'invalid_state');
    key.materials.push({ hash, description, present: true, state: 'PENDING_ROTATION' });
    return key;
  };
  const remove = async (id: string, known: (state: 'removed' | 'unknown') => Observation): Promise<Performed> => {
    const changed = await calls.request('ScheduleKeyDeletion', id, () => keys.scheduleDeletion(HOME, id));
    return calls.performed(changed === true, known(changed === undefined ? 'unknown' : 'removed'));
  };

  const perform = async (step: RepeatableStep, target: Target): Promise<Performed> => {
    if (step.action === 'remove_replaced') {
      const { id = '' } = step;
      return remove(id, (state) => ({ of: 'replaced', id, state }));
    }
    if (step.action === 'remove_name') {
      return removeAlias(access, target, HOME, oursOf(target));
    }
    const id = containerOf(target);
    switch (step.action) {
      case 'import': {
        const { version } = step;
        const hash = await materialHash(target, version);
        return calls.request('ImportKeyMaterial', id, () => {
          const key = keys.living('ImportKeyMaterial', HOME, id);
          const entry = entryOf(key, version);
          if (entry && entry.hash !== hash) throw refusal('ImportKeyMaterial', 'invalid_request');
          if (entry) importAgain(keys, key, entry);
          else importFirst(keys, HOME, id, hash, `${version} first`);
          return calls.performed(true, seen(key, version));
        });
      }
      case 'enable': {
        const { version } = step;
        const changed = await calls.request('EnableKey', id, () => keys.setEnabled(HOME, id, true));
        return calls.performed(changed, { of: 'version', version, place: HOME, state: 'enabled' });
      }
      case 'set_current': {
        const { version } = step;
        const pointed = await pointAlias(access, target, HOME, id, oursOf(target));
        if (!pointed) return calls.performed(false, { of: 'name', place: HOME, points: 'stranger' });
        return calls.request('RotateKeyOnDemand', id, () => {
          const key = keys.living('RotateKeyOnDemand', HOME, id);
          const isRotated = rotate(key, version);
          const name = { of: 'name', place: HOME, points: version, id, taken: pointed.taken } as const;
          return calls.performed(isRotated || pointed.changed, seen(key, version), name);
        });
      }
      case 'await': {
        const { version } = step;
        return calls.request('GetKeyRotationStatus', id, () => {
          const key = keys.living('GetKeyRotationStatus', HOME, id);
          status(key);
          return calls.performed(false, seen(key, version));
        });
      }
      case 'remove_container':
        return remove(id, () => ({ of: 'container', id, state: 'removed' }));
      default:
        throw new Error(`AWS in place has no step ${step.action}`);
    }
  };

  const made = (id: string, version: number): readonly Observation[] => [
    { of: 'container', id, state: 'made' },
    { of: 'version', version, place: HOME, id: `${id}/${version}`, state: 'created' },
  ];
  const create = async ({ attempt, version }: Attempt, target: Target): Promise<Performed> => {
    const { container } = target;
    if (container === undefined) {
      return calls.request('CreateKey', attempt, () => {
        const tags = { ...target.labels(version), [ATTEMPT_LABEL]: attempt };
        return calls.performed(true, ...made(keys.createKey('key', tags).id, version));
      });
    }
    const hash = await materialHash(target, version);
    return calls.request('ImportKeyMaterial', container, () =>
      calls.performed(true, seen(importNew(container, hash, `${version} ${attempt}`), version)),
    );
  };

  const client: KmsClient = {
    ...sharedCalls(access, (id) => id.split('/')[0] ?? ''),
    create: (_step, attempt, target) => create(attempt, target),
    perform,
    async find({ attempt, version }, target) {
      const container = target?.container;
      if (container === undefined) return findByAttempt(access, attempt, (id) => made(id, version));
      return calls.request('ListKeyRotations', container, () => {
        const key = find(container);
        if (!mayLook()) return { outcome: 'unknown', why: FORBIDDEN.why };
        const isMade = entryOf(key, version)?.description === `${version} ${attempt}`;
        return key && isMade ? { outcome: 'proven', seen: [seen(key, version)] } : { outcome: 'absent' };
      });
    },
    removeObject: (id) => remove(id, (state) => ({ of: 'replaced', id, state })),
    async observe(target, signal) {
      const { container } = target;
      const key = find(container ?? '');
      const name = await client.observeName(target, HOME, signal);
      const names = ['outcome' in name ? { ...name, place: HOME } : name];
      const versions = [...target.ids(HOME).keys()];
      if (!mayLook()) {
        return { versions: versions.map((version) => ({ version, place: HOME, ...FORBIDDEN })), names, others: [] };
      }
      if (container !== undefined && key?.pendingDeletion !== false) {
        return { versions: [], names, others: [{ of: 'container', id: container, state: 'gone' }] };
      }
      return { versions: key ? versions.map((version) => seen(key, version)) : [], names, others: [] };
    },
    async observeName(target) {
      const currentOf = (key: KmsKey): number | undefined => {
        if (key.id !== target.container) return undefined;
        const current = key.materials.find(({ state }) => state === 'CURRENT');
        return current && Number(current.description.split(' ')[0]);
      };
      const name = observedAlias(access, target, HOME, target.ours(HOME), currentOf);
      // The KMS key before its first material.
      const isOurs = name.points === 'stranger' && name.holder?.remoteId === target.container;
      return isOurs ? { of: 'name', place: HOME, points: 'nowhere' } : name;
    },
  };
  return client;
}

function containerOf({ container }: Target): string {
  if (container === undefined) throw new Error('there is no KMS key');
  return container;
}

/** What the alias may point to and still be ours. */
function oursOf(target: Target): readonly string[] {
  const { container } = target;
  return [...(container === undefined ? [] : [container]), ...target.ours(HOME)];
}
