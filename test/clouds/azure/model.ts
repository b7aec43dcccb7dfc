import { planAzure } from '../../../src/providers/azure/plan.ts';
import type { WallClock } from '../../../src/support/clock.ts';
import { modelCalls } from '../../support/model-calls.ts';
import { PERMISSIVE, type CloudModel } from '../cloud-model.ts';
import { LABEL } from '../labels.ts';
import { idAt, readStored } from '../stored.ts';
import { azureClient } from './client.ts';
import { newVault, type KeyVersion } from './vault.ts';

/** A Key Vault: a key holds the versions, of which the newest is current, and no single one can be removed. */
export function azureModel(clock: WallClock): CloudModel {
  const vault = newVault();
  const calls = modelCalls();
  const { api } = vault;
  const stranger = { labels: {}, material: 'unknown', owner: 'stranger', touched: false, enabled: true } as const;
  const imported = (name: string): void => {
    const { versions } = vault.keys.get(name) ?? { versions: [] };
    const id = `${name}/${versions.length + 1}`;
    vault.keys.set(name, { deleted: false, versions: [...versions, { ...stranger, id, createdAt: clock.now() }] });
  };
  const ours = (): KeyVersion[] =>
    [...vault.keys.values()].flatMap(({ versions, deleted }) =>
      deleted ? [] : versions.filter(({ owner }) => owner === 'engine'),
    );
  const keyOf = (version: KeyVersion): string => version.id.split('/')[0] ?? '';

  const model: CloudModel = {
    driver: {
      ...PERMISSIVE,
      kind: 'azurekeyvault',
      consistencyWindowMs: 60_000,
      lostAttempt: 'wait',
      plan: planAzure,
      connect: () => azureClient({ calls, vault, now: () => clock.now(), mayList: () => model.searchable }),
    },
    keyCollection: 'vault',
    regions: [],
    get fault() {
      return calls.fault;
    },
    set fault(fault) {
      calls.fault = fault;
    },
    disabling: ['GET key', 'PATCH key'],
    operations: ['GET key', 'GET deletedkeys', 'PUT key', 'POST key', 'PATCH key', 'DELETE key', 'GET versions'],
    searchable: true,
    drifts: [
      ...['disable', 'enable', 'delete the key', 'import another version', 'take the next name'],
      'delete the wrapping key',
    ],
    drift(change, index) {
      const version = ours()[index];
      if (change === 'take the next name') {
        const name = `k-${Math.floor(clock.now() / 1000) + index}`;
        if (!vault.keys.has(name)) imported(name);
      } else if (change === 'delete the wrapping key') {
        vault.exchangeKeys.clear();
      } else if (version && (change === 'disable' || change === 'enable')) {
        version.enabled = change === 'enable';
        version.touched = true;
      } else if (version && change === 'delete the key') {
        const key = vault.keys.get(keyOf(version));
        if (key) key.deleted = true;
      } else if (version && change === 'import another version') {
        imported(keyOf(version));
      }
    },
    async usable(storage, kms, key) {
      const below = (await readStored(storage, kms, key)).belowMinimum;
      return ours().flatMap(({ id, material, enabled, touched }) =>
        below.has(material) && enabled && !touched ? id : [],
      );
    },
    async violations(storage, kms, key) {
      const { latest, minimum, material, distribution, wrong: records } = await readStored(storage, kms, key);
      const wrong = [...records, ...vault.disturbed.map((id) => `${id} is a stranger's, and was changed`)];
      const live = ours();
      if (!distribution) return [...wrong, ...live.map(({ id }) => `${id} is live, although the key is in no KMS`)];
      const { name, container } = distribution;
      if (container !== name) wrong.push(`the container is ${container ?? 'none'}, not ${name}`);
      for (const { id, labels, enabled, material: held, touched } of live) {
        const version = Number(labels[LABEL.version]);
        if (!id.startsWith(`${name}/`)) wrong.push(`${id} is in another key than ${name}`);
        if (held !== material.get(version)) wrong.push(`${id} holds other material than version ${version} in Vault`);
        // What was imported again stays beside it, and is not looked after once a stranger has changed it.
        const isRecorded = id === idAt(distribution, version);
        if (isRecorded && enabled !== version >= minimum)
          wrong.push(`version ${version}, ${id}, is ${String(enabled)}`);
        if (!isRecorded && enabled && version < minimum && !touched) wrong.push(`${id}, a copy, is enabled`);
      }
      for (let version = 1; version <= latest; version++) {
        const known = api.getVersion(idAt(distribution, version));
        if (known?.labels[LABEL.version] !== String(version)) wrong.push(`version ${version} is not in the cloud`);
      }
      const current = api.getKey(name)?.id;
      if (current !== idAt(distribution, latest))
        wrong.push(`the newest is ${current ?? 'none'}, not version ${latest}`);
      return wrong;
    },
  };
  return model;
}
