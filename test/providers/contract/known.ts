import { keyMaterial, type KeyMaterial } from '../../../src/crypto/key-material.ts';
import type { Observation } from '../../../src/providers/observation.ts';
import type { Recorded, RecordedVersion } from '../../../src/providers/planner.ts';
import type { Target } from '../../../src/providers/port.ts';
import { HOME, type VersionState } from '../../../src/providers/step.ts';
import { targetOf } from '../target.ts';
import type { KeyUnderTest } from './cloud.ts';

/** What is known of one distribution, all of it at the home place: a record as the engine keeps it. */
export interface Known {
  readonly versions: ReadonlyMap<number, { readonly id: string; readonly state: VersionState }>;
  /** Ids of all objects that were ever seen. */
  readonly objects: readonly string[];
  learn(seen: readonly Observation[]): void;
  recorded(): Recorded;
  target(material?: (version: number) => KeyMaterial): Target;
}

/** @param key - @default an AES key that AWS takes, whose material is the number of the version 32 times */
export function known(name: string, key?: KeyUnderTest): Known {
  const versions = new Map<number, { id: string; state: VersionState }>();
  const objects: string[] = [];
  let current: number | undefined;
  let ownsName = false;
  let nameRemoved = false;
  let container: string | undefined;
  let wrappingKey: string | undefined;
  /** The time in the name of the next wrapping key. */
  let wrappingTime = 1_700_000_000;
  const learnOne = (seen: Observation): void => {
    switch (seen.of) {
      case 'version': {
        const id = seen.id ?? versions.get(seen.version)?.id;
        if (id !== undefined && !objects.includes(id)) objects.push(id);
        const { state } = seen;
        const isThere = state === 'created' || state === 'pending' || state === 'enabled' || state === 'disabled';
        if (isThere && id !== undefined) versions.set(seen.version, { id, state });
        else versions.delete(seen.version);
        return;
      }
      case 'name':
        current = typeof seen.points === 'number' ? seen.points : undefined;
        ownsName ||= current !== undefined;
        nameRemoved = seen.points === 'removed';
        return;
      case 'container':
        container = seen.state === 'made' ? seen.id : undefined;
        if (container === undefined) versions.clear();
        return;
      case 'wrapping_key':
        wrappingKey = seen.state === 'ready' ? seen.name : undefined;
        if (seen.state === 'gone') wrappingTime++;
        return;
      case 'replaced':
      case 'account':
        return;
    }
  };
  const made = key && ((version: number): KeyMaterial => keyMaterial(key.material(version)));
  return {
    versions,
    objects,
    learn: (seen) => {
      seen.forEach(learnOne);
    },
    recorded: () => {
      const states = new Map<number, RecordedVersion>([...versions].sort(([a], [b]) => a - b));
      return {
        container,
        wrappingKey,
        places: new Map([[HOME, { versions: states, current, nameRemoved }]]),
        replaced: [],
      };
    },
    target: (material = made) => {
      const ids = Object.fromEntries([...versions].map(([version, { id }]) => [version, id]));
      const recorded = Object.values(ids);
      const ours = [...objects.filter((id) => !recorded.includes(id)), ...recorded];
      return {
        ...targetOf({ name, ownsName, ids, ours, ...(material && { material }) }),
        ...(key && { keyType: key.keyType, purposes: key.purposes, protection: key.protection }),
        container,
        wrappingKey: wrappingKey ?? `wrapping-${name.replace(/-\d+$/, '')}-${wrappingTime}`,
        labels: (version) => ({
          key_name: name,
          'vault-keymgmt-mount': 'mount',
          'vault-keymgmt-kms': 'kms',
          'vault-keymgmt-key': name.replace(/-\d+$/, ''),
          ...(version !== undefined && { 'vault-keymgmt-version': String(version) }),
        }),
      };
    },
  };
}
