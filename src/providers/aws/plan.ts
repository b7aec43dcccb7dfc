import { EMPTY_PLACE, type Desired, type Recorded } from '../planner.ts';
import { HOME, type Step } from '../step.ts';
import { versionSteps, type Yields } from '../version-steps.ts';

/** Importing material enables a KMS key. */
const YIELDS: Yields = {
  create: 'created',
  replicate: 'created',
  import: 'enabled',
  await: 'enabled',
  enable: 'enabled',
  disable: 'disabled',
};

/**
 * Plans the calls to AWS KMS: each version is a KMS key of its own, and the name is an alias.
 *
 * All KMS keys are created before the first import, so that recording one and the attempt of the next is one write. The
 * alias moves to an enabled version only, and the version that it pointed to is disabled after that.
 */
export function planAws(desired: Desired, { places, replaced }: Recorded): readonly Step[] {
  const home = places.get(HOME) ?? EMPTY_PLACE;
  if (desired.present) {
    const steps = versionSteps(desired, home, HOME, YIELDS);
    const { current: version } = desired;
    const alias: Step[] = home.current === version ? [] : [{ action: 'set_current', version, place: HOME }];
    return [...steps.urgent, ...steps.create, ...steps.import, ...steps.enable, ...alias, ...steps.disable];
  }
  const made = [...home.versions.keys()].map((version): Step => ({ action: 'remove', version, place: HOME }));
  const others = replaced.map((id): Step => ({ action: 'remove_replaced', id, place: HOME }));
  const removals = [...made, ...others];
  // The alias may exist although no answer said so. It goes first, while the keys it may point to are still known.
  const alias: Step[] = home.nameRemoved || removals.length === 0 ? [] : [{ action: 'remove_name', place: HOME }];
  return [...alias, ...removals];
}
