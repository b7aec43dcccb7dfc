import type { Observation, Performed, VersionObservation } from '../../../src/providers/observation.ts';
import { ATTEMPT_LABEL, type KmsClient, type Target } from '../../../src/providers/port.ts';
import { HOME, type Place, type RepeatableStep } from '../../../src/providers/step.ts';
import { importFirst, type KeyState, type KmsKey } from '../aws-keys.ts';
import { findByAttempt, observedAlias, pointAlias, removeAlias, sharedCalls, type AwsAccess } from '../aws-shared.ts';
import { materialHash, refusal } from '../../support/model-calls.ts';
import { FORBIDDEN } from '../cloud-model.ts';

const STATES: Readonly<Record<KeyState, VersionObservation['state']>> = {
  Enabled: 'enabled',
  Disabled: 'disabled',
  PendingImport: 'created',
  PendingDeletion: 'pending_deletion',
  PendingReplicaDeletion: 'pending_deletion',
};

/** A client of AWS KMS: each version is a multi-Region key, with a replica in each further Region. */
export function multiRegionClient(access: AwsAccess): KmsClient {
  const { calls, keys, mayLook } = access;
  const seen = (version: number, place: Place, id: string, key: KmsKey | undefined): VersionObservation => {
    const state = key ? STATES[keys.stateOf(key)] : 'gone';
    return { of: 'version', version, place, id, state };
  };
  const keyAt = (place: Place, id: string): KmsKey | undefined => keys.region(place).keys.get(id);

  const replicate = (target: Target, version: number, place: Place): Promise<Performed> => {
    const id = idOf(target, version, HOME);
    return calls.request('ReplicateKey', `${id} ${place}`, () => {
      const primary = keys.living('ReplicateKey', HOME, id);
      if (keys.stateOf(primary) !== 'Enabled') throw refusal('ReplicateKey', 'invalid_state');
      const existing = keyAt(place, id);
      if (existing) return calls.performed(false, seen(version, place, id, existing));
      const state = { enabled: true, pendingDeletion: false, rotation: undefined, materials: [], isReplica: true };
      const replica: KmsKey = { ...primary, ...state, tags: target.labels(version) };
      keys.region(place).keys.set(id, replica);
      return calls.performed(true, seen(version, place, id, replica));
    });
  };
  /** With a primary go its replicas, of which one may be on no record as the answer to its replication was lost. */
  const remove = async (
    place: Place,
    id: string,
    known: (state: 'removed' | 'unknown') => Observation,
  ): Promise<Performed> => {
    const schedule = (at: Place): Promise<boolean | undefined> =>
      calls.request('ScheduleKeyDeletion', `${id} ${at}`, () => keys.scheduleDeletion(at, id));
    const replicas = place === HOME ? await calls.request('DescribeKey', id, () => keys.replicasOf(id)) : [];
    for (const replica of replicas) await schedule(replica);
    const changed = await schedule(place);
    return calls.performed(changed === true, known(changed === undefined ? 'unknown' : 'removed'));
  };

  const perform = async (step: RepeatableStep, target: Target): Promise<Performed> => {
    const { place } = step;
    switch (step.action) {
      case 'import': {
        const { version } = step;
        const id = idOf(target, version, place);
        const hash = await materialHash(target, version);
        await calls.request('ImportKeyMaterial', `${id} ${place}`, () => {
          importFirst(keys, place, id, hash, '');
        });
        return calls.performed(true, { of: 'version', version, place, id, state: 'enabled' });
      }
      case 'replicate': {
        const { version } = step;
        const performed = await replicate(target, version, place);
        const id = idOf(target, version, HOME);
        if (!performed.seen.some((each) => each.of === 'version' && each.state === 'pending_deletion'))
          return performed;
        // Its id is in use in that Region until it is really deleted.
        await calls.request('CancelKeyDeletion', `${id} ${place}`, () => {
          const key = keyAt(place, id);
          if (!key?.pendingDeletion) throw refusal('CancelKeyDeletion', 'invalid_state');
          key.pendingDeletion = false;
          key.enabled = false;
        });
        return calls.performed(true, seen(version, place, id, keyAt(place, id)));
      }
      case 'enable':
      case 'disable': {
        const { version, action } = step;
        const id = idOf(target, version, place);
        const [operation, enabled] =
          action === 'enable' ? (['EnableKey', true] as const) : (['DisableKey', false] as const);
        const changed = await calls.request(operation, `${id} ${place}`, () => keys.setEnabled(place, id, enabled));
        return calls.performed(changed, { of: 'version', version, place, id, state: enabled ? 'enabled' : 'disabled' });
      }
      case 'set_current': {
        const { version } = step;
        const id = idOf(target, version, place);
        const pointed = await pointAlias(access, target, place, id, oursAt(target, place));
        if (!pointed) return calls.performed(false, { of: 'name', place, points: 'stranger' });
        const { changed, taken } = pointed;
        return calls.performed(changed, { of: 'name', place, points: version, id, taken });
      }
      case 'remove_name':
        return removeAlias(access, target, place, oursAt(target, place));
      case 'remove': {
        const { version } = step;
        return remove(place, idOf(target, version, place), (state) => ({ of: 'version', version, place, state }));
      }
      case 'remove_replaced': {
        const { id = '' } = step;
        return remove(place, id, (state) => ({ of: 'replaced', id, state }));
      }
      default:
        throw new Error(`AWS has no step ${step.action}`);
    }
  };

  const client: KmsClient = {
    ...sharedCalls(access, (id) => id),
    create: (_step, { attempt, version }, target) =>
      calls.request('CreateKey', attempt, () => {
        const key = keys.createKey('mrk', { ...target.labels(version), [ATTEMPT_LABEL]: attempt });
        return calls.performed(true, seen(version, HOME, key.id, key));
      }),
    perform,
    find: ({ attempt, version }) =>
      findByAttempt(access, attempt, (id) => [{ of: 'version', version, place: HOME, id, state: 'created' }]),
    removeObject: (id) => remove(HOME, id, (state) => ({ of: 'replaced', id, state })),
    async observe(target, signal) {
      const versions = target.places.flatMap((place) =>
        [...target.ids(place)].map(([version, id]) =>
          mayLook() ? seen(version, place, id, keyAt(place, id)) : { version, place, ...FORBIDDEN },
        ),
      );
      const names = await Promise.all(
        target.places.map(async (place) => {
          const name = await client.observeName(target, place, signal);
          return 'outcome' in name ? { ...name, place } : name;
        }),
      );
      return { versions, names, others: [] };
    },
    observeName: async (target, place) =>
      observedAlias(access, target, place, oursAt(target, place), ({ id }) => {
        return [...target.ids(place)].find(([, known]) => known === id)?.[0];
      }),
  };
  return client;
}

function idOf(target: Target, version: number, place: Place): string {
  const id = target.id(version, place);
  if (id === undefined) throw new Error(`version ${version} is not known to exist at "${place}"`);
  return id;
}

/** A replica that is on no record has the id of its primary. */
function oursAt(target: Target, place: Place): readonly string[] {
  return [...target.ours(HOME), ...target.ours(place)];
}
