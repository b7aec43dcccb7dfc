import type { Step } from '../../providers/step.ts';
import type { Desired } from './desired.ts';
import type { Distribution, RemoteVersion } from '../records/distribution.ts';

/**
 * Plans the calls that turn what is known into what is desired, in order; empty when they agree.
 *
 * Disabling is urgent: what the name is known not to point to is disabled before anything else, so that nothing that
 * fails keeps it in use. The version that the name points to is disabled only once it has moved.
 * Lost attempts come next, as their outcome decides what follows: the steps after a `find` hold if it finds nothing.
 * All versions are made before the first is imported, so that recording one and announcing the next is a single write.
 * The name moves only to a version that is enabled.
 */
export function planDistribution(desired: Desired, known: Distribution): readonly Step[] {
  return desired.present ? planPresence(desired, known) : planRemoval(known);
}

/**
 * The first step of {@link planDistribution}, without making the others: a run asks for it after each of its steps, and
 * ten thousand versions have ten thousand.
 *
 * @param isLost false for an attempt that was never begun, which there is no need to look for
 */
export function firstStep(
  desired: Desired,
  known: Distribution,
  isLost: (version: number) => boolean,
): Step | undefined {
  if (!desired.present) return firstOfRemoval(known, isLost);
  const firsts: (number | undefined)[] = PRESENCE.map(() => undefined);
  eachStep(desired, known, (rank, version) => {
    if (firsts[rank] === undefined && (PRESENCE[rank] !== 'find' || isLost(version))) firsts[rank] = version;
  });
  for (const [rank, action] of PRESENCE.entries()) {
    const version = firsts[rank];
    if (version !== undefined) return { action, version };
  }
  return undefined;
}

/** What is done to have a key in a KMS, in this order. */
const PRESENCE = ['disable', 'find', 'create', 'import', 'enable', 'set_current', 'disable'] as const;
/** Places in {@link PRESENCE}; what is disabled at once is urgent. */
const [URGENT, FIND, CREATE, IMPORT, ENABLE, MOVE, DISABLE] = [0, 1, 2, 3, 4, 5, 6] as const;

function planPresence(desired: Extract<Desired, { present: true }>, known: Distribution): readonly Step[] {
  const steps: Step[][] = PRESENCE.map(() => []);
  eachStep(desired, known, (rank, version) => steps[rank]?.push({ action: PRESENCE[rank], version }));
  return steps.flat();
}

/** Tells of all steps, those of one place in order of versions. */
function eachStep(
  { enabled, current }: Extract<Desired, { present: true }>,
  known: Distribution,
  tell: (rank: 0 | 1 | 2 | 3 | 4 | 5 | 6, version: number) => void,
): void {
  for (const [version, shouldBeEnabled] of enabled) {
    const state = known.versions[version];
    if (state?.state === 'creating') tell(FIND, version);
    if (state === undefined || state.state === 'creating') tell(CREATE, version);
    const hasMaterial = state?.state === 'ready';
    if (!hasMaterial) tell(IMPORT, version);
    // Importing material enables a version.
    const isEnabled = hasMaterial ? state.enabled : true;
    if (shouldBeEnabled && isEnabled !== true) tell(ENABLE, version);
    if (!shouldBeEnabled && isEnabled !== false) {
      const isElsewhere = known.current !== undefined && known.current !== version;
      tell(hasMaterial && isElsewhere ? URGENT : DISABLE, version);
    }
  }
  if (known.current !== current) tell(MOVE, current);
}

function planRemoval(known: Distribution): readonly Step[] {
  const versions = Object.entries(known.versions).map(([version, state]) => [Number(version), state] as const);
  const steps = (action: 'find' | 'remove', states: readonly RemoteVersion['state'][]): Step[] =>
    versions.filter(([, { state }]) => states.includes(state)).map(([version]) => ({ action, version }));
  // The name may exist although no answer said so; it goes first, while the versions it may point to are still known.
  const { retired = [] } = known;
  const nothingMade = versions.length === 0 && retired.length === 0;
  const name: Step[] = known.name_removed === true || nothingMade ? [] : [{ action: 'remove_name' }];
  const replaced: Step[] = retired.map((remoteId) => ({ action: 'remove_replaced', remoteId }));
  return [...steps('find', ['creating']), ...name, ...steps('remove', ['created', 'ready']), ...replaced];
}

function firstOfRemoval(known: Distribution, isLost: (version: number) => boolean): Step | undefined {
  let made: number | undefined;
  let isEmpty = true;
  for (const key of Object.keys(known.versions)) {
    const version = Number(key);
    isEmpty = false;
    if (known.versions[version]?.state !== 'creating') made ??= version;
    else if (isLost(version)) return { action: 'find', version };
  }
  const replaced = known.retired?.[0];
  if (known.name_removed !== true && !(isEmpty && replaced === undefined)) return { action: 'remove_name' };
  if (made !== undefined) return { action: 'remove', version: made };
  return replaced === undefined ? undefined : { action: 'remove_replaced', remoteId: replaced };
}
