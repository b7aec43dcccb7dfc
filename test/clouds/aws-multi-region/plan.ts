import { EMPTY_PLACE, type Desired, type Recorded, type RecordedPlace } from '../../../src/providers/planner.ts';
import { HOME, type Place, type Step } from '../../../src/providers/step.ts';
import { NEXT, versionSteps, type Yields } from '../../../src/providers/version-steps.ts';
import { isVersionStep } from '../version-of.ts';

const YIELDS: Yields = {
  create: 'created',
  replicate: 'created',
  import: 'enabled',
  await: 'enabled',
  enable: 'enabled',
  disable: 'disabled',
};

/**
 * A replica is made from an enabled primary only, and importing enables it: what is to be disabled is neither replicated
 * nor given its material.
 */
const NEXT_REPLICA: typeof NEXT = {
  ...NEXT,
  absent: { enabled: 'replicate', disabled: undefined },
  created: { enabled: 'import', disabled: undefined },
};

/**
 * Plans the calls to AWS KMS for multi-Region keys: each version is a primary key at home with a replica of the same id in
 * each further Region, and each Region has the alias. All replicas are made before the first takes its material, so that
 * recording them is one write.
 */
export function planMultiRegion(desired: Desired, recorded: Recorded): readonly Step[] {
  const home = recorded.places.get(HOME) ?? EMPTY_PLACE;
  const known = [...recorded.places.keys()].filter((place) => place !== HOME);
  if (!desired.present) {
    const replicas = known.flatMap((place) => removal(place, recorded));
    return [...replicas, ...removal(HOME, recorded)];
  }
  const primary = versionSteps(desired, home, HOME, YIELDS);
  const regions = desired.places
    .filter((place) => place !== HOME)
    .map((place) => replicaSteps(desired, home, place, recorded.places.get(place) ?? EMPTY_PLACE));
  const former = known.filter((place) => !desired.places.includes(place)).flatMap((place) => removal(place, recorded));
  return [
    ...primary.urgent,
    ...regions.flatMap(({ urgent }) => urgent),
    ...primary.create,
    ...primary.import,
    ...primary.enable,
    ...regions.flatMap(({ replicate }) => replicate),
    ...regions.flatMap(({ fill }) => fill),
    ...alias(desired.current, HOME, home),
    ...regions.flatMap(({ name }) => name),
    ...primary.disable,
    ...regions.flatMap(({ disable }) => disable),
    ...former,
  ];
}

function replicaSteps(
  desired: Extract<Desired, { present: true }>,
  home: RecordedPlace,
  place: Place,
  replica: RecordedPlace,
): Readonly<Record<'urgent' | 'replicate' | 'fill' | 'name' | 'disable', readonly Step[]>> {
  const { urgent } = versionSteps(desired, replica, place, YIELDS, NEXT_REPLICA);
  const isUrgent = (step: Step): boolean =>
    urgent.some((each) => isVersionStep(each) && isVersionStep(step) && each.version === step.version);
  // A replica of a primary that is gone: the new primary has, or will have, another id.
  const stale = [...replica.versions].flatMap(([version, { id }]) =>
    home.versions.get(version)?.id === id ? [] : version,
  );
  const versions = new Map([...replica.versions].filter(([version]) => !stale.includes(version)));
  const current = stale.includes(replica.current ?? 0) ? undefined : replica.current;
  const rest: RecordedPlace = { ...replica, versions, current };
  const steps = versionSteps(desired, rest, place, YIELDS, NEXT_REPLICA);
  const remove = stale.map((version): Step => ({ action: 'remove', version, place }));
  return {
    urgent,
    replicate: [...remove, ...steps.replicate],
    fill: [...steps.import, ...steps.enable],
    name: alias(desired.current, place, rest),
    disable: steps.disable.filter((step) => !isUrgent(step)),
  };
}

function alias(version: number, place: Place, { current }: RecordedPlace): readonly Step[] {
  return current === version ? [] : [{ action: 'set_current', version, place }];
}

/** The alias goes first, while the keys it may point to are still known. */
function removal(place: Place, { places, replaced }: Recorded): readonly Step[] {
  const { versions, nameRemoved, current } = places.get(place) ?? EMPTY_PLACE;
  const keys = [...versions.keys()].map((version): Step => ({ action: 'remove', version, place }));
  const others = place === HOME ? replaced.map((id): Step => ({ action: 'remove_replaced', id, place })) : [];
  const mayPoint = keys.length + replaced.length > 0 || current !== undefined;
  return [...(nameRemoved || !mayPoint ? [] : [{ action: 'remove_name', place } as const]), ...keys, ...others];
}
