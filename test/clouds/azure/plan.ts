import { EMPTY_PLACE, type Desired, type Recorded } from '../../../src/providers/planner.ts';
import { HOME, type Step } from '../../../src/providers/step.ts';
import { versionSteps, type Yields } from '../../../src/providers/version-steps.ts';
import { isVersionStep, type VersionOf } from '../version-of.ts';

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
 * Versions are made in ascending order. Where a lower version is made late, or somebody else has imported one, the highest
 * is imported again (`set_current`), before a higher one hides what a lost import may have left.
 */
export function planAzure(desired: Desired, { container, wrappingKey, places }: Recorded): readonly Step[] {
  if (!desired.present) {
    return container === undefined ? [] : [{ action: 'remove_container', place: HOME, id: container }];
  }
  const home = places.get(HOME) ?? EMPTY_PLACE;
  const steps = versionSteps(desired, home, HOME, YIELDS);
  const highest = Math.max(0, ...home.versions.keys());
  // What is to be disabled is imported so.
  const isEnabled = (version: number): boolean => desired.enabled.get(version) === true;
  const creates = [...desired.enabled.keys()]
    .filter((version) => !home.versions.has(version))
    .map((version): Step & VersionOf => {
      return { action: 'create', version, place: HOME, to: isEnabled(version) ? 'enabled' : 'disabled' };
    });
  const late = creates.filter(({ version }) => version < highest);
  const later = creates.filter(({ version }) => version > highest);
  const disable = steps.disable.filter((step) => isVersionStep(step) && home.versions.has(step.version));
  const isNewest = home.current === highest && late.length === 0;
  const again: Step[] =
    isEnabled(highest) && !isNewest ? [{ action: 'set_current', version: highest, place: HOME }] : [];
  const imports = [...late, ...steps.enable, ...again, ...later];
  const prepare: Step[] = [];
  if (late.length + again.length + later.length > 0) {
    if (container === undefined) prepare.push({ action: 'create_container', place: HOME });
    if (wrappingKey === undefined) prepare.push({ action: 'create_wrapping_key', place: HOME });
  }
  return [...steps.urgent, ...prepare, ...imports, ...disable];
}
