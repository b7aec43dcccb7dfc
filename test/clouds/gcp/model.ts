import type { WallClock } from '../../../src/support/clock.ts';
import { modelCalls } from '../../support/model-calls.ts';
import { PERMISSIVE, type CloudModel } from '../cloud-model.ts';
import { idAt, readStored } from '../stored.ts';
import { gcpClient } from './client.ts';
import { newKeyRing, type CryptoKey, type CryptoKeyVersion } from './key-ring.ts';
import { planGcp } from '../../../src/providers/gcp/plan.ts';

/** A key ring: a crypto key holds the versions and stays for ever; an import takes its time, and may fail. */
export function gcpModel(clock: WallClock, isSymmetric: boolean): CloudModel {
  const ring = newKeyRing(() => clock.now(), isSymmetric);
  const calls = modelCalls();
  const ours = (): CryptoKeyVersion[] =>
    [...ring.keys.values()].flatMap(({ versions }) => versions.filter(({ owner }) => owner === 'engine'));
  /** What somebody else has restored after its removal is theirs to destroy. */
  const restored = new Set<string>();
  const isLive = ({ id, state }: CryptoKeyVersion): boolean =>
    state === 'ENABLED' || state === 'PENDING_IMPORT' || (state === 'DISABLED' && !restored.has(id));
  const add = (name: string, key: CryptoKey): CryptoKeyVersion => {
    const id = `${name}/${key.versions.length + 1}`;
    const rest = { importJob: 'another', material: 'unknown', owner: 'stranger', state: 'ENABLED', wait: 0 } as const;
    const version = { id, createdAt: clock.now(), ...rest };
    key.versions.push(version);
    return version;
  };
  const change = (version: CryptoKeyVersion, what: string): void => {
    const { state } = version;
    const isReady = state === 'ENABLED' || state === 'DISABLED';
    if (what === 'disable' && isReady) version.state = 'DISABLED';
    else if (what === 'enable' && isReady) version.state = 'ENABLED';
    else if (what === 'fail the import' && state === 'PENDING_IMPORT') version.state = 'IMPORT_FAILED';
    else if (what === 'schedule destruction' && isReady) version.state = 'DESTROY_SCHEDULED';
    else if (what === 'destroy' && state === 'DESTROY_SCHEDULED') version.state = 'DESTROYED';
    else if (what === 'restore' && state === 'DESTROY_SCHEDULED') {
      version.state = 'DISABLED';
      restored.add(version.id);
    }
  };

  const model: CloudModel = {
    driver: {
      ...PERMISSIVE,
      kind: 'gcpckms',
      consistencyWindowMs: 60_000,
      lostAttempt: 'wait',
      // An RSA key takes its time to be generated.
      plan: (desired, recorded, spec) => planGcp(desired, recorded, isSymmetric ? spec : { keyType: 'rsa-2048' }),
      connect: () => gcpClient({ calls, ring, isSymmetric, mayGet: () => model.searchable }),
    },
    keyCollection: 'projects/p/locations/l/keyRings/r',
    regions: [],
    get fault() {
      return calls.fault;
    },
    set fault(fault) {
      calls.fault = fault;
    },
    disabling: ['PATCH version'],
    operations: [
      ...['POST cryptoKeys', 'POST importJobs', 'import', 'LIST versions', 'PATCH version', 'destroy'],
      ...(isSymmetric ? ['updatePrimaryVersion'] : []),
    ],
    searchable: true,
    drifts: [
      ...['disable', 'enable', 'fail the import', 'schedule destruction', 'destroy', 'restore'],
      ...['move the primary', 'import another version', 'take the next name'],
    ],
    drift(what, index) {
      const version = ours()[index];
      const name = version?.id.split('/')[0] ?? '';
      const key = ring.keys.get(name);
      if (what === 'take the next name') {
        const next = `k-${Math.floor(clock.now() / 1000) + index}`;
        if (ring.keys.has(next)) return;
        const taken: CryptoKey = { labels: {}, owner: 'stranger', versions: [], primary: undefined };
        ring.keys.set(next, taken);
        add(next, taken);
      } else if (version && key && what === 'move the primary') {
        if (isSymmetric && version.state === 'ENABLED') key.primary = version.id;
      } else if (key && what === 'import another version') {
        const { id } = add(name, key);
        if (isSymmetric) key.primary = id;
      } else if (version) {
        change(version, what);
      }
    },
    async usable(storage, kms, key) {
      const below = (await readStored(storage, kms, key)).belowMinimum;
      return ours().flatMap(({ id, state, material }) => (below.has(material) && state === 'ENABLED' ? id : []));
    },
    async violations(storage, kms, key) {
      const { latest, minimum, material, distribution, wrong: records } = await readStored(storage, kms, key);
      const wrong = [...records, ...ring.disturbed.map((id) => `${id} is a stranger's, and was changed`)];
      const live = ours().filter(isLive);
      if (!distribution) return [...wrong, ...live.map(({ id }) => `${id} is live, although the key is in no KMS`)];
      const { name, container, retired } = distribution;
      if (container !== name) wrong.push(`the container is ${container ?? 'none'}, not ${name}`);
      const known = new Set(retired);
      for (let version = 1; version <= latest; version++) {
        const id = idAt(distribution, version);
        known.add(id);
        const found = ours().find((each) => each.id === id);
        const expected = version >= minimum ? 'ENABLED' : 'DISABLED';
        if (found?.state !== expected)
          wrong.push(`version ${version}, ${id}, is ${found?.state ?? 'not in the cloud'}`);
        if (found?.material !== material.get(version))
          wrong.push(`version ${version} holds other material than in Vault`);
        if (!id.startsWith(`${name}/`)) wrong.push(`version ${version}, ${id}, is in another key than ${name}`);
      }
      for (const { id } of live) if (!known.has(id)) wrong.push(`${id} is live and unknown`);
      const primary = ring.keys.get(name)?.primary;
      if (isSymmetric && primary !== idAt(distribution, latest)) wrong.push(`${primary ?? 'nothing'} is the primary`);
      return wrong;
    },
  };
  return model;
}
