import type { WallClock } from '../../../src/support/clock.ts';
import { violations } from '../../support/invariants.ts';
import { modelCloud, type ModelObject } from '../../support/model-cloud.ts';
import type { CloudModel } from '../cloud-model.ts';
import { readStored } from '../stored.ts';

/** AWS KMS with a KMS key for each version. */
export function awsModel(clock: WallClock, cloud = modelCloud({ clock })): CloudModel {
  const objects = cloud.objects as Map<string, ModelObject>;
  const names = cloud.names as Map<string, string>;
  return {
    driver: cloud.drivers.awskms,
    keyCollection: 'us-west-1',
    regions: [],
    operations: ['create', 'find', 'import', 'enable', 'disable', 'set_current', 'remove_name', 'remove'],
    disabling: ['disable'],
    get fault() {
      return cloud.fault;
    },
    set fault(fault) {
      cloud.fault = fault;
    },
    get searchable() {
      return cloud.searchable;
    },
    set searchable(searchable) {
      cloud.searchable = searchable;
    },
    drifts: ['disable', 'enable', 'drop material', 'schedule deletion', 'delete', 'move name', 'remove name'],
    drift(change, index) {
      const object = [...objects.values()][index];
      const [name] = names.keys();
      if (object === undefined || object.state === 'pending_deletion') return;
      const hasMaterial = object.state !== 'pending_import';
      if (change === 'disable' && hasMaterial) object.state = 'disabled';
      else if (change === 'enable' && hasMaterial) object.state = 'enabled';
      else if (change === 'drop material') object.state = 'pending_import';
      else if (change === 'schedule deletion') object.state = 'pending_deletion';
      else if (change === 'delete') objects.delete(object.id);
      else if (change === 'move name' && name !== undefined) names.set(name, object.id);
      else if (change === 'remove name' && name !== undefined) names.delete(name);
    },
    async usable(storage, kms, key) {
      const below = (await readStored(storage, kms, key)).belowMinimum;
      return [...objects.values()].flatMap(({ id, state, material = '' }) =>
        state === 'enabled' && below.has(material) ? id : [],
      );
    },
    violations: (storage, kms) => violations(storage, cloud, kms),
  };
}
