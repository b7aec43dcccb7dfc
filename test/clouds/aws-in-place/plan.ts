import { EMPTY_PLACE, type Desired, type Recorded } from '../../../src/providers/planner.ts';
import { HOME, type Step } from '../../../src/providers/step.ts';

/**
 * Plans the calls to AWS KMS for a key that is rotated in place: one KMS key holds the versions as key materials.
 *
 * A further material waits for its rotation, which makes it the current one; only one can wait at a time, so versions are
 * made one after the other. KMS disables whole KMS keys only: which versions are to be enabled makes no difference. A KMS
 * key of which any material is missing cannot be used, nor be rotated, until that is imported again.
 */
export function planInPlace(desired: Desired, { container, places, replaced }: Recorded): readonly Step[] {
  const home = places.get(HOME) ?? EMPTY_PLACE;
  const place = HOME;
  if (!desired.present) {
    const key: Step[] = container === undefined ? [] : [{ action: 'remove_container', place, id: container }];
    const keys = [...key, ...replaced.map((id): Step => ({ action: 'remove_replaced', id, place }))];
    return home.nameRemoved || keys.length === 0 ? keys : [{ action: 'remove_name', place }, ...keys];
  }
  const imports: Step[] = [];
  const enables: Step[] = [];
  const rotations: Step[] = [];
  let hasKey = container !== undefined;
  let { current } = home;
  for (const version of desired.enabled.keys()) {
    const state = home.versions.get(version)?.state;
    if (state === 'created') imports.push({ action: 'import', version, place, to: 'enabled' });
    else if (state === 'disabled' || state === 'switching') {
      enables.push({ action: 'enable', version, place, to: 'enabled' });
    } else if (state === undefined && !hasKey) {
      hasKey = true;
      rotations.push({ action: 'create', version, place, to: 'created' });
      rotations.push({ action: 'import', version, place, to: 'enabled' });
    } else if (state !== 'enabled') {
      if (state === undefined) rotations.push({ action: 'create', version, place, to: 'pending' });
      rotations.push({ action: 'set_current', version, place });
      rotations.push({ action: 'await', version, place, to: 'enabled' });
      current = version;
    }
  }
  const alias: Step[] = current === desired.current ? [] : [{ action: 'set_current', version: desired.current, place }];
  return [...imports, ...enables, ...rotations, ...alias];
}
