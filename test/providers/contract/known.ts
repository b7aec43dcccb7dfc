import type { KeyMaterial } from '../../../src/crypto/key-material.ts';
import type { Observation } from '../../../src/providers/observation.ts';
import type { Recorded, RecordedVersion } from '../../../src/providers/planner.ts';
import type { Target } from '../../../src/providers/port.ts';
import { HOME, type VersionState } from '../../../src/providers/step.ts';
import { targetOf } from '../target.ts';

/** What is known of one distribution, all of it at the home place: a record as the engine keeps it. */
export interface Known {
  readonly versions: ReadonlyMap<number, { readonly id: string; readonly state: VersionState }>;
  /** Ids of all objects that were ever seen. */
  readonly objects: readonly string[];
  learn(seen: readonly Observation[]): void;
  recorded(): Recorded;
  target(material?: (version: number) => KeyMaterial): Target;
}

export function known(name: string): Known {
  const versions = new Map<number, { id: string; state: VersionState }>();
  const objects: string[] = [];
  let current: number | undefined;
  let ownsName = false;
  let nameRemoved = false;
  let container: string | undefined;
  let wrappingKey: string | undefined;
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
        return;
      case 'wrapping_key':
        wrappingKey = seen.name;
        return;
      case 'replaced':
      case 'account':
        return;
    }
  };
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
    target: (material) => {
      const ids = Object.fromEntries([...versions].map(([version, { id }]) => [version, id]));
      return {
        ...targetOf({ name, ownsName, ids, ...(material && { material }) }),
        container,
        wrappingKey,
      };
    },
  };
}
