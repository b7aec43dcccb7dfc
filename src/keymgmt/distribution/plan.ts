import type { Desired } from './desired.ts';
import type { Distribution } from './distribution.ts';

/** One call to the cloud that brings it nearer to the desired state. All but `create` may be repeated safely. */
export type Step =
  /** Look for the object of an attempt whose answer was lost. */
  | { readonly action: 'find'; readonly version: number; readonly attempt: string }
  | { readonly action: 'create'; readonly version: number }
  | { readonly action: 'import'; readonly version: number; readonly remoteId: string }
  | { readonly action: 'enable' | 'disable'; readonly version: number; readonly remoteId: string }
  | { readonly action: 'set_current'; readonly version: number; readonly remoteId: string }
  | { readonly action: 'remove_name' }
  | { readonly action: 'remove'; readonly version: number; readonly remoteId: string };

/**
 * Plans the calls that turn what is known into what is desired, in order; empty when they agree.
 *
 * Lost attempts come first, as their outcome decides what follows: the steps after a `find` hold if it finds nothing.
 * All versions are made before the first is imported, so that recording one and announcing the next is a single write.
 * The name moves only to a version that is enabled, and old versions are disabled only once it has moved.
 */
export function planDistribution(desired: Desired, known: Distribution): readonly Step[] {
  return desired.present ? planPresence(desired, known) : planRemoval(known);
}

function planPresence({ enabled, current }: Extract<Desired, { present: true }>, known: Distribution): readonly Step[] {
  const finds: Step[] = [];
  const creates: Step[] = [];
  const imports: Step[] = [];
  const enables: Step[] = [];
  const disables: Step[] = [];
  for (const [version, shouldBeEnabled] of enabled) {
    const state = known.versions[version];
    if (state?.state === 'creating') finds.push({ action: 'find', version, attempt: state.attempt });
    if (state === undefined || state.state === 'creating') {
      creates.push({ action: 'create', version });
      continue;
    }
    const remoteId = state.remote_id;
    if (state.state === 'created') imports.push({ action: 'import', version, remoteId });
    // Importing material enables a version.
    const isEnabled = state.state === 'created' || state.enabled;
    if (shouldBeEnabled && isEnabled !== true) enables.push({ action: 'enable', version, remoteId });
    if (!shouldBeEnabled && isEnabled !== false) disables.push({ action: 'disable', version, remoteId });
  }
  const moves: Step[] = [];
  const currentState = known.versions[current];
  if (known.current !== current && currentState !== undefined && currentState.state !== 'creating') {
    moves.push({ action: 'set_current', version: current, remoteId: currentState.remote_id });
  }
  return [...finds, ...creates, ...imports, ...enables, ...moves, ...disables];
}

function planRemoval(known: Distribution): readonly Step[] {
  const versions = Object.entries(known.versions).map(([version, state]) => [Number(version), state] as const);
  const finds = versions.flatMap(([version, state]): Step[] =>
    state.state === 'creating' ? [{ action: 'find', version, attempt: state.attempt }] : [],
  );
  const removals = versions.flatMap(([version, state]): Step[] =>
    state.state === 'creating' ? [] : [{ action: 'remove', version, remoteId: state.remote_id }],
  );
  // The name may exist although no answer said so; it goes first, while the versions it may point to are still known.
  const name: Step[] = known.name_removed === true || versions.length === 0 ? [] : [{ action: 'remove_name' }];
  return [...finds, ...name, ...removals];
}
