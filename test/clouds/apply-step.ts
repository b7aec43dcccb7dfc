import { EMPTY_PLACE, type Desired, type Recorded, type RecordedPlace } from '../../src/providers/planner.ts';
import { HOME, stepText, type Place, type Step, type VersionState } from '../../src/providers/step.ts';
import type { Law } from './laws.ts';

/**
 * The record after a step that has the outcome it promises. Shares no code with the engine.
 *
 * @throws {Error} where a cloud would refuse the step, or where it does harm
 */
export function applyStep(law: Law, desired: Desired, recorded: Recorded, step: Step): Recorded {
  const demand = (holds: boolean, law: string): void => {
    if (!holds) throw new Error(`${stepText(step)}: ${law}`);
  };
  const { place } = step;
  const known = recorded.places.get(place) ?? EMPTY_PLACE;
  const put = (changed: Partial<RecordedPlace>, rest: Partial<Recorded> = {}): Recorded => ({
    ...recorded,
    ...rest,
    places: new Map(recorded.places).set(place, { ...known, ...changed }),
  });
  if ('version' in step) {
    const { version } = step;
    const state = known.versions.get(version)?.state;
    const id = known.versions.get(version)?.id ?? '';
    const to = 'to' in step ? step.to : undefined;
    const become = (next: VersionState, name = id): ReadonlyMap<number, { id: string; state: VersionState }> =>
      new Map([...known.versions, [version, { id: name, state: next }] as const].sort(([a], [b]) => a - b));
    const promised = (): VersionState => {
      if (to === undefined) throw new Error(`${stepText(step)}: promises no state`);
      return to;
    };
    const wrapped = (): void => {
      demand(!law.wraps || recorded.wrappingKey !== undefined, 'there is no wrapping key');
      demand(!['first', 'stays'].includes(law.container) || recorded.container !== undefined, 'there is no container');
    };
    switch (step.action) {
      case 'create': {
        demand(state === undefined, 'it is there');
        demand(place === HOME, 'it is made at home');
        wrapped();
        if (law.inPlace) demand(![...known.versions.values()].some((each) => each.state !== 'enabled'), 'not usable');
        const container = law.container === 'with' ? (recorded.container ?? 'container') : recorded.container;
        const current = law.naming === 'newest' ? version : known.current;
        return put({ versions: become(promised(), `new-${version}`), current }, { container });
      }
      case 'replicate': {
        const primary = recorded.places.get(HOME)?.versions.get(version);
        demand(state === undefined && place !== HOME, 'it is there');
        demand(primary?.state === 'enabled', 'the primary is not enabled');
        return put({ versions: become(promised(), primary?.id) });
      }
      case 'import':
        demand(state === 'created', `it is ${state ?? 'not there'}`);
        wrapped();
        return put({ versions: become(promised()) });
      case 'await':
        demand(state === 'pending', `it is ${state ?? 'not there'}`);
        if (law.inPlace) demand(known.current === version, 'its rotation was not begun');
        return put({ versions: become(promised()) });
      case 'enable':
        demand(state === 'disabled' || state === 'switching', `it is ${state ?? 'not there'}`);
        return put({ versions: become(promised()) });
      case 'disable':
        demand(state === 'enabled' || state === 'switching', `it is ${state ?? 'not there'}`);
        if (law.naming !== 'none') {
          demand(known.current !== undefined && known.current !== version, 'the name may point to it');
        }
        return put({ versions: become(promised()) });
      case 'set_current':
        demand(law.naming !== 'none', 'there is no name');
        demand(state === 'enabled' || state === law.namable, `it is ${state ?? 'not there'}`);
        if (law.naming === 'newest') wrapped();
        return put({ current: version });
      case 'remove': {
        demand(state !== undefined, 'it is not there');
        demand(state !== 'pending', 'it is being imported');
        const versions = new Map(known.versions);
        versions.delete(version);
        return put({ versions, current: known.current === version ? undefined : known.current });
      }
    }
  }
  demand(step.action === 'create_wrapping_key' || step.place === place, 'elsewhere');
  switch (step.action) {
    case 'remove_name':
      demand(!known.nameRemoved, 'it was removed');
      return put({ current: undefined, nameRemoved: true });
    case 'create_wrapping_key':
      demand(law.wraps && recorded.wrappingKey === undefined, 'there is one');
      return { ...recorded, wrappingKey: 'wrapping' };
    case 'create_container':
      demand(['first', 'stays'].includes(law.container) && recorded.container === undefined, 'there is one');
      return { ...recorded, container: 'container' };
    case 'remove_container':
      demand(recorded.container === step.id && law.container !== 'stays', 'it is not there, or stays');
      demand(!desired.present, 'it is desired');
      return { ...recorded, container: undefined, places: new Map() };
    case 'remove_replaced':
      demand(recorded.replaced.includes(step.id ?? ''), 'it is not on record');
      return { ...recorded, replaced: recorded.replaced.filter((id) => id !== step.id) };
  }
}

/** Places in order, for messages. */
export function textOf(recorded: Recorded): string {
  const places = [...recorded.places].map(([place, { versions, ...rest }]: [Place, RecordedPlace]) => ({
    place,
    ...rest,
    versions: Object.fromEntries(versions),
  }));
  return JSON.stringify({ ...recorded, places });
}
