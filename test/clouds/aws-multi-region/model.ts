import type { WallClock } from '../../../src/support/clock.ts';
import { newAwsKeys, type KmsKey } from '../aws-keys.ts';
import { modelCalls } from '../../support/model-calls.ts';
import { PERMISSIVE, type CloudModel } from '../cloud-model.ts';
import { idAt, readStored } from '../stored.ts';
import { multiRegionClient } from './client.ts';
import { planMultiRegion } from './plan.ts';

const REGIONS = ['us-east-1', 'eu-west-1'];
const PLACES = ['', ...REGIONS];

/** AWS KMS in three Regions: each version is a multi-Region key. */
export function multiRegionModel(clock: WallClock): CloudModel {
  const keys = newAwsKeys(() => clock.now());
  const calls = modelCalls();
  const ours = (): { readonly place: string; readonly key: KmsKey }[] =>
    PLACES.flatMap((place) =>
      [...keys.region(place).keys.values()].flatMap((key) => (key.owner === 'engine' ? { place, key } : [])),
    );
  const live = (): { readonly place: string; readonly key: KmsKey }[] =>
    ours().filter(({ key }) => !key.pendingDeletion);

  const model: CloudModel = {
    driver: {
      ...PERMISSIVE,
      kind: 'awskms',
      consistencyWindowMs: 5 * 60_000,
      lostAttempt: 'go_on',
      plan: planMultiRegion,
      connect: () => multiRegionClient({ calls, keys, mayLook: () => model.searchable }),
    },
    keyCollection: 'us-west-1',
    regions: REGIONS,
    get fault() {
      return calls.fault;
    },
    set fault(fault) {
      calls.fault = fault;
    },
    disabling: ['DisableKey'],
    operations: [
      ...['CreateKey', 'ImportKeyMaterial', 'ReplicateKey', 'CancelKeyDeletion', 'EnableKey', 'DisableKey'],
      ...['UpdateAlias', 'DeleteAlias', 'ScheduleKeyDeletion', 'DescribeKey', 'ListResourceTags'],
    ],
    searchable: true,
    drifts: [
      ...['disable', 'enable', 'drop material', 'schedule deletion', 'delete', 'move name', 'remove name'],
      'take the next name',
    ],
    drift(change, index) {
      const { place, key } = live()[index] ?? {};
      if (change === 'take the next name') {
        const name = `k-${Math.floor(clock.now() / 1000) + index}`;
        const { aliases } = keys.region('');
        if (!aliases.has(name))
          aliases.set(name, { target: keys.createKey('other', {}, 'stranger').id, owner: 'stranger' });
      }
      if (place === undefined || !key) return;
      const { aliases, keys: all } = keys.region(place);
      const [name, alias] = [...aliases].find(([, { owner }]) => owner === 'engine') ?? [];
      const hasMaterial = key.materials.some(({ present }) => present);
      if (change === 'disable' && hasMaterial) key.enabled = false;
      else if (change === 'enable' && hasMaterial) key.enabled = true;
      else if (change === 'drop material') for (const material of key.materials) material.present = false;
      else if (change === 'schedule deletion') key.pendingDeletion = true;
      else if (change === 'delete') {
        // A primary stays until its replicas are gone.
        key.pendingDeletion = true;
        if (keys.stateOf(key) === 'PendingReplicaDeletion') return;
        all.delete(key.id);
        for (const [each, { target }] of aliases) if (target === key.id) aliases.delete(each);
      } else if (change === 'move name' && alias) alias.target = key.id;
      else if (change === 'remove name' && name !== undefined) aliases.delete(name);
    },
    async usable(storage, kms, key) {
      const below = (await readStored(storage, kms, key)).belowMinimum;
      return live().flatMap(({ place, key: { id, enabled, materials } }) =>
        enabled && materials.some(({ hash, present }) => present && below.has(hash)) ? `${id} ${place}` : [],
      );
    },
    async violations(storage, kms, key) {
      const { latest, minimum, material, distribution, wrong: records } = await readStored(storage, kms, key);
      const wrong = [...records, ...keys.disturbed.map((id) => `${id} is a stranger's, and was changed`)];
      const aliases = PLACES.flatMap((place) =>
        [...keys.region(place).aliases].flatMap(([name, { target, owner }]) =>
          owner === 'engine' ? { place, name, target } : [],
        ),
      );
      if (!distribution) {
        for (const {
          place,
          key: { id },
        } of live())
          wrong.push(`${id} is live at "${place}", although the key is in no KMS`);
        for (const { name, place } of aliases) wrong.push(`the name ${name} is left at "${place}"`);
        return wrong;
      }
      const known = new Set(PLACES.flatMap((place) => distribution.retired.map((id) => `${place} ${id}`)));
      for (const place of PLACES) {
        for (let version = 1; version <= latest; version++) {
          const id = idAt(distribution, version, place);
          known.add(`${place} ${id}`);
          const found = keys.region(place).keys.get(id);
          const state = found ? keys.stateOf(found) : 'absent';
          const expected =
            version >= minimum ? ['Enabled'] : ['Disabled', ...(place === '' ? [] : ['absent', 'PendingImport'])];
          if (!expected.includes(state)) wrong.push(`version ${version} at "${place}" is ${state}`);
          const held = found?.materials.find(({ present }) => present)?.hash;
          if (held !== undefined && held !== material.get(version))
            wrong.push(`version ${version} holds other material`);
          if (found && id !== idAt(distribution, version))
            wrong.push(`version ${version} at "${place}" has another id`);
        }
        const name = aliases.find((each) => each.place === place && each.name === distribution.name);
        if (name?.target !== idAt(distribution, latest, place))
          wrong.push(`the name at "${place}" does not point to the latest`);
      }
      for (const {
        place,
        key: { id, materials },
      } of live()) {
        // The answer to its replication was lost, and it is not needed any more; it goes with its primary.
        const isEmptyReplica = place !== '' && materials.length === 0 && known.has(` ${id}`);
        if (!known.has(`${place} ${id}`) && !isEmptyReplica) wrong.push(`${id} at "${place}" is live and unknown`);
      }
      for (const { name, place } of aliases)
        if (name !== distribution.name) wrong.push(`${name} is left at "${place}"`);
      return wrong;
    },
  };
  return model;
}
