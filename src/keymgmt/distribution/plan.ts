import type { Desired } from './desired.ts';
import type { Distribution, RemoteVersion } from './distribution.ts';

/** One call to the cloud that brings it nearer to the desired state. All but `create` may be repeated safely. */
export type Step =
  | {
      readonly action:
        /** Look for the object of an attempt whose answer was lost. */
        'find' | 'create' | 'import' | 'enable' | 'disable' | 'set_current' | 'remove';
      readonly version: number;
    }
  | { readonly action: 'remove_name' }
  /** An object that was replaced as it seemed to be gone, and may be there all the same. */
  | { readonly action: 'remove_replaced'; readonly remoteId: string };

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

function planPresence({ enabled, current }: Extract<Desired, { present: true }>, known: Distribution): readonly Step[] {
  const finds: Step[] = [];
  const creates: Step[] = [];
  const imports: Step[] = [];
  const enables: Step[] = [];
  const urgent: Step[] = [];
  const disables: Step[] = [];
  for (const [version, shouldBeEnabled] of enabled) {
    const state = known.versions[version];
    if (state?.state === 'creating') finds.push({ action: 'find', version });
    if (state === undefined || state.state === 'creating') creates.push({ action: 'create', version });
    const hasMaterial = state?.state === 'ready';
    if (!hasMaterial) imports.push({ action: 'import', version });
    // Importing material enables a version.
    const isEnabled = hasMaterial ? state.enabled : true;
    if (shouldBeEnabled && isEnabled !== true) enables.push({ action: 'enable', version });
    if (!shouldBeEnabled && isEnabled !== false) {
      const isElsewhere = known.current !== undefined && known.current !== version;
      (hasMaterial && isElsewhere ? urgent : disables).push({ action: 'disable', version });
    }
  }
  const moves: Step[] = known.current === current ? [] : [{ action: 'set_current', version: current }];
  return [...urgent, ...finds, ...creates, ...imports, ...enables, ...moves, ...disables];
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
