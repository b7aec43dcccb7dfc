import type { Desired, RecordedPlace } from './planner.ts';
import type { CreateStep, Place, Step, VersionState, VersionStep } from './step.ts';

/** What follows from the state of a version and the desired one; undefined: nothing, they agree. */
export const NEXT: Readonly<
  Record<VersionState | 'absent', Readonly<Record<'enabled' | 'disabled', VersionAction | undefined>>>
> = {
  absent: { enabled: 'create', disabled: 'create' },
  created: { enabled: 'import', disabled: 'import' },
  pending: { enabled: 'await', disabled: 'await' },
  enabled: { enabled: undefined, disabled: 'disable' },
  disabled: { enabled: 'enable', disabled: undefined },
  switching: { enabled: 'enable', disabled: 'disable' },
};

export type VersionAction = 'create' | 'replicate' | 'import' | 'await' | 'enable' | 'disable';

/** The state that each action leads to in one cloud. */
export type Yields = Readonly<Record<VersionAction, VersionState>>;

/** States in which applications can use a version. */
const IN_USE: ReadonlySet<VersionState> = new Set(['enabled', 'switching']);

/**
 * The steps that bring the versions at one place to their desired states, by action, each list in order of versions. The
 * planner of a cloud orders the actions.
 *
 * Disabling is urgent where the name is known to point elsewhere: nothing that fails may keep such a version in use. One
 * that a step of the plan enables on its way is disabled right after that step, and stands in the same list. The version
 * that the name points to is disabled only once the name has moved.
 */
export function versionSteps(
  { enabled }: Extract<Desired, { present: true }>,
  recorded: RecordedPlace,
  place: Place,
  yields: Yields,
  next: typeof NEXT = NEXT,
): Readonly<Record<VersionAction | 'urgent', readonly Step[]>> {
  const steps: Record<VersionAction | 'urgent', Step[]> = {
    urgent: [],
    create: [],
    replicate: [],
    import: [],
    await: [],
    enable: [],
    disable: [],
  };
  const isElsewhere = (version: number): boolean => recorded.current !== undefined && recorded.current !== version;
  for (const [version, shouldBeEnabled] of enabled) {
    const known = recorded.versions.get(version)?.state;
    const desired = shouldBeEnabled ? 'enabled' : 'disabled';
    let state: VersionState | 'absent' = known ?? 'absent';
    let before: VersionAction | undefined;
    for (;;) {
      const action: VersionAction | undefined = next[state][desired];
      if (action === undefined) break;
      const to: VersionState = yields[action];
      // Otherwise a table that leads nowhere would never end.
      if (to === state)
        throw new Error(`the plan of version ${version} does not end: ${action} leads from ${state} to ${to}`);
      if (action === 'disable' && known !== undefined && IN_USE.has(known) && isElsewhere(version)) {
        steps.urgent.push({ action, version, place, to, urgent: true });
      } else {
        const list = action === 'disable' && isElsewhere(version) ? (before ?? action) : action;
        steps[list].push(stepOf(action, version, place, to));
      }
      before = action;
      state = to;
    }
  }
  return steps;
}

function stepOf(action: VersionAction, version: number, place: Place, to: VersionState): CreateStep | VersionStep {
  return action === 'create' ? { action, version, place, to } : { action, version, place, to };
}
