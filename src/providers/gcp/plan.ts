import { EMPTY_PLACE, type Desired, type Recorded } from '../planner.ts';
import type { DistributionSpec } from '../spec.ts';
import { HOME, type Step } from '../step.ts';
import { versionSteps, type Yields } from '../version-steps.ts';

/** What was imported waits in PENDING_IMPORT; an import that failed is repeated into the same number. */
const YIELDS: Yields = {
  create: 'pending',
  replicate: 'pending',
  import: 'pending',
  await: 'enabled',
  enable: 'enabled',
  disable: 'disabled',
};

/**
 * Plans the calls to Google Cloud KMS: one CryptoKey, which stays for ever, holds all versions.
 * A symmetric one has a primary version, which is the current one; an asymmetric one has none.
 */
export function planGcp(
  desired: Desired,
  { container, wrappingKey, places, replaced }: Recorded,
  { keyType }: Pick<DistributionSpec, 'keyType'>,
): readonly Step[] {
  const home = places.get(HOME) ?? EMPTY_PLACE;
  if (desired.present) {
    const { current: version } = desired;
    const hasPrimary = keyType === 'aes256-gcm96';
    // Without a name, applications say which version they use, and none is in use because the name points to it.
    const steps = versionSteps(desired, hasPrimary ? home : { ...home, current: version }, HOME, YIELDS);
    const prepare: Step[] = [];
    if (container === undefined && steps.create.length > 0) {
      prepare.push({ action: 'create_container', place: HOME });
    }
    if (wrappingKey === undefined && steps.create.length + steps.import.length > 0) {
      prepare.push({ action: 'create_wrapping_key', place: HOME });
    }
    const primary: Step[] =
      hasPrimary && home.current !== version ? [{ action: 'set_current', version, place: HOME }] : [];
    const made = [...steps.create, ...steps.import, ...steps.await, ...steps.enable];
    return [...steps.urgent, ...prepare, ...made, ...primary, ...steps.disable];
  }
  // A version that is being imported cannot be destroyed: the others do not wait for it.
  const versions = [...home.versions].map(([version, { state }]) => ({ version, isPending: state === 'pending' }));
  const remove = (version: number): Step => ({ action: 'remove', version, place: HOME });
  const at = versions.flatMap(({ version, isPending }) => (isPending ? [] : [remove(version)]));
  const last = versions.flatMap(({ version, isPending }): readonly Step[] =>
    isPending ? [{ action: 'await', version, place: HOME, to: 'enabled' }, remove(version)] : [],
  );
  const others = replaced.map((id): Step => ({ action: 'remove_replaced', id, place: HOME }));
  return [...at, ...others, ...last];
}
