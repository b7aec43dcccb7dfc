import { EMPTY_PLACE, type Desired, type Recorded } from '../planner.ts';
import type { DistributionSpec } from '../spec.ts';
import { HOME, type Step } from '../step.ts';
import { versionSteps, type Yields } from '../version-steps.ts';

/** One PUT makes a version with its material; no version is ever without. */
const YIELDS: Yields = {
  create: 'enabled',
  replicate: 'enabled',
  import: 'enabled',
  await: 'enabled',
  enable: 'enabled',
  disable: 'disabled',
};

/**
 * Plans the calls to Azure Key Vault: one key holds all versions, and the newest of them is the current one.
 *
 * Versions are made in ascending order, those to be disabled as disabled. Where a lower version is made late, or somebody
 * else has imported one, the highest is imported again (`set_current`), before a higher one hides what a lost import may
 * have left. What goes into an HSM is wrapped with a key exchange key, which is made first.
 */
export function planAzure(
  desired: Desired,
  { container, wrappingKey, places }: Recorded,
  { protection }: DistributionSpec,
): readonly Step[] {
  if (!desired.present) {
    return container === undefined ? [] : [{ action: 'remove_container', place: HOME, id: container }];
  }
  const home = places.get(HOME) ?? EMPTY_PLACE;
  const steps = versionSteps(desired, home, HOME, YIELDS);
  const highest = Math.max(0, ...home.versions.keys());
  const isEnabled = (version: number): boolean => desired.enabled.get(version) === true;
  const missing = [...desired.enabled.keys()].filter((version) => !home.versions.has(version));
  const create = (version: number): Step => {
    return { action: 'create', version, place: HOME, to: isEnabled(version) ? 'enabled' : 'disabled' };
  };
  const late = missing.filter((version) => version < highest).map(create);
  const later = missing.filter((version) => version > highest).map(create);
  const isMade = (step: Step): boolean => 'version' in step && home.versions.has(step.version);
  const isNewest = home.current === highest && late.length === 0;
  const again: Step[] =
    isEnabled(highest) && !isNewest ? [{ action: 'set_current', version: highest, place: HOME }] : [];
  const prepare: Step[] = [];
  if (late.length + again.length + later.length > 0) {
    if (container === undefined) prepare.push({ action: 'create_container', place: HOME });
    if (wrappingKey === undefined && protection === 'hsm') prepare.push({ action: 'create_wrapping_key', place: HOME });
  }
  return [...steps.urgent, ...prepare, ...late, ...steps.enable, ...again, ...later, ...steps.disable.filter(isMade)];
}
