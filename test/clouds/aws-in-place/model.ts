import type { WallClock } from '../../../src/support/clock.ts';
import { newAwsKeys, type KmsKey } from '../aws-keys.ts';
import { modelCalls } from '../../support/model-calls.ts';
import { PERMISSIVE, type CloudModel } from '../cloud-model.ts';
import { readStored } from '../stored.ts';
import { inPlaceClient } from './client.ts';
import { planInPlace } from './plan.ts';

/** AWS KMS with one KMS key that is rotated in place: its materials are the versions, and none can be disabled. */
export function inPlaceModel(clock: WallClock): CloudModel {
  const keys = newAwsKeys(() => clock.now());
  const calls = modelCalls();
  const home = keys.region('');
  const live = (): KmsKey[] =>
    [...home.keys.values()].filter(({ owner, pendingDeletion }) => owner === 'engine' && !pendingDeletion);
  const anothers = (name: string): void => {
    home.aliases.set(name, { target: keys.createKey('other', {}, 'stranger').id, owner: 'stranger' });
  };

  const model: CloudModel = {
    driver: {
      ...PERMISSIVE,
      kind: 'awskms',
      consistencyWindowMs: 5 * 60_000,
      lostAttempt: 'go_on',
      plan: planInPlace,
      connect: () => inPlaceClient({ calls, keys, mayLook: () => model.searchable }),
    },
    keyCollection: 'us-west-1',
    regions: [],
    get fault() {
      return calls.fault;
    },
    set fault(fault) {
      calls.fault = fault;
    },
    disabling: [],
    operations: [
      ...['CreateKey', 'ImportKeyMaterial', 'RotateKeyOnDemand', 'GetKeyRotationStatus', 'EnableKey', 'UpdateAlias'],
      ...['DeleteAlias', 'ScheduleKeyDeletion', 'ListResourceTags', 'ListKeyRotations'],
    ],
    searchable: true,
    drifts: [
      ...['disable', 'enable', 'drop material', 'schedule deletion', 'delete', 'move name', 'remove name'],
      'take the next name',
    ],
    drift(change, index) {
      const next = `k-${Math.floor(clock.now() / 1000) + index}`;
      if (change === 'take the next name' && !home.aliases.has(next)) anothers(next);
      const key = live().at(-1);
      const [name, alias] = [...home.aliases].find(([, { owner }]) => owner === 'engine') ?? [];
      if (!key) return;
      const isReady = ['Enabled', 'Disabled'].includes(keys.stateOf(key));
      if (change === 'disable' && isReady) key.enabled = false;
      else if (change === 'enable' && isReady) key.enabled = true;
      else if (change === 'drop material') {
        const entry = key.materials[index];
        // What waits for its rotation is not yet part of the key.
        if (entry?.state === 'PENDING_ROTATION') {
          key.materials.splice(index, 1);
          key.rotation = undefined;
        } else if (entry) entry.present = false;
      } else if (change === 'schedule deletion') key.pendingDeletion = true;
      else if (change === 'delete') {
        home.keys.delete(key.id);
        for (const [each, { target }] of home.aliases) if (target === key.id) home.aliases.delete(each);
      } else if (change === 'move name' && alias) {
        alias.target = keys.createKey('other', {}, 'stranger').id;
        alias.owner = 'moved';
      }
      if (change === 'remove name' && name !== undefined) home.aliases.delete(name);
    },
    /** Versions cannot be disabled by themselves. */
    usable: async () => [],
    async violations(storage, kms, key) {
      const { latest, material, distribution, wrong: records } = await readStored(storage, kms, key);
      const wrong = [...records, ...keys.disturbed.map((id) => `${id} is a stranger's, and was changed`)];
      const names = [...home.aliases].filter(([, { owner }]) => owner === 'engine');
      if (!distribution) {
        for (const { id } of live()) wrong.push(`${id} is live, although the key is in no KMS`);
        for (const [name] of names) wrong.push(`the name ${name} is left`);
        return wrong;
      }
      const { container = 'none', retired, name } = distribution;
      const held = home.keys.get(container);
      if (!held || keys.stateOf(held) !== 'Enabled')
        wrong.push(`${container} is ${held ? keys.stateOf(held) : 'absent'}`);
      for (let version = 1; version <= latest; version++) {
        const entry = held?.materials.find(({ hash }) => hash === material.get(version));
        if (!entry?.present) wrong.push(`the material of version ${version} is missing`);
        const expected = version === latest ? 'CURRENT' : 'NON_CURRENT';
        if (entry?.state !== expected) wrong.push(`version ${version} is ${entry?.state ?? 'absent'}, not ${expected}`);
      }
      if (held && held.materials.length > latest) wrong.push('a material is in the key more than once');
      for (const { id } of live())
        if (id !== container && !retired.includes(id)) wrong.push(`${id} is live and unknown`);
      if (home.aliases.get(name)?.target !== container) wrong.push(`the name does not point to ${container}`);
      for (const [other] of names) if (other !== name) wrong.push(`the name ${other} is left`);
      return wrong;
    },
  };
  return model;
}
