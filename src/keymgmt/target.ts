import type { BackendContext } from '../logical/index.ts';
import type { Target } from '../providers/port.ts';
import type { Place } from '../providers/step.ts';
import type { Loaded } from './load-distribution.ts';
import type { Mount } from './mount.ts';
import type { DistributionRef } from './records/distribution-store.ts';
import { knownIds, placeOf, placesOf, remoteIds } from './records/distribution.ts';
import { EPOCH_LABEL, versionLabels } from './records/labels.ts';

/** What an adapter is told of a distribution. @param epoch that new objects are labelled with, see restore-guard.ts */
export function targetOf(
  mount: Mount,
  { storage, signal }: BackendContext,
  ref: DistributionRef,
  { distribution, key, kms }: Loaded,
  epoch?: string,
): Target {
  const ids = (place: Place): Map<number, string> => {
    const record = placeOf(distribution, place);
    return new Map(record ? Object.entries(remoteIds(record)).map(([version, id]) => [Number(version), id]) : []);
  };
  return {
    keyName: ref.key,
    keyType: key.type,
    purposes: distribution.purpose,
    protection: distribution.protection,
    distributedName: distribution.name,
    ownsName: distribution.highest_published !== undefined,
    isCreating: Object.values(distribution.versions).some(({ state }) => state === 'creating'),
    container: distribution.container,
    wrappingKey: kms.wrapping_key?.name,
    places: placesOf(distribution),
    id(version, place) {
      const state = placeOf(distribution, place)?.versions[version];
      return state === undefined || state.state === 'creating' ? undefined : state.remote_id;
    },
    ids,
    ours: (place) => knownIds(distribution, place),
    labels: (version?: number) => ({
      ...versionLabels(mount.id, ref, distribution.name, version),
      ...(epoch === undefined ? {} : { [EPOCH_LABEL]: epoch }),
    }),
    material: (version) => mount.materials.get(storage, ref.key, version, signal),
  };
}
