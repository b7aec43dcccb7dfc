import fc from 'fast-check';
import type { Desired, Recorded, RecordedPlace, RecordedVersion } from '../../src/providers/planner.ts';
import { HOME, type VersionState } from '../../src/providers/step.ts';
import type { Law } from './laws.ts';

/** A record of any kind, and what is desired instead. */
export interface Case {
  readonly desired: Desired;
  readonly recorded: Recorded;
}

const MOST_VERSIONS = 5;

/** A key has any number of versions, of which those below the minimum are disabled; the latest is the current one. */
function desiredOf(law: Law): fc.Arbitrary<Desired> {
  return fc
    .record({
      present: fc.nat({ max: 4 }).map((lot) => lot > 0),
      count: fc.integer({ min: 1, max: MOST_VERSIONS }),
      minimum: fc.integer({ min: 0, max: MOST_VERSIONS }),
      places: fc.subarray([...law.places]),
    })
    .map(({ present, count, minimum, places }): Desired => {
      if (!present) return { present };
      const enabled = Array.from(
        { length: count },
        (_, index) => [index + 1, index + 1 >= Math.min(minimum, count)] as const,
      );
      return { present, enabled: new Map(enabled), current: count, places: [HOME, ...places] };
    });
}

function placeOf(law: Law, most: number, isHome: boolean): fc.Arbitrary<RecordedPlace> {
  const version = fc.record({
    state: fc.constantFrom<VersionState[]>(...law.states),
    // A replica has its primary's id, or that of one that is gone.
    id: isHome ? fc.constant('made') : fc.constantFrom('made', 'former'),
  });
  const versions = fc.array(fc.option(version, { nil: undefined }), { maxLength: most });
  const name = fc.option(fc.integer({ min: 1, max: most }), { nil: undefined });
  return fc.tuple(versions, name, fc.nat({ max: 5 })).map(([all, current, lot]) => {
    const known = all.flatMap((each, index): readonly [number, RecordedVersion][] =>
      each === undefined ? [] : [[index + 1, each]],
    );
    const made = new Map(law.inPlace ? inPlace(all) : known);
    const points = law.naming !== 'none' && current !== undefined && made.has(current) ? current : undefined;
    return {
      versions: made,
      current: points,
      nameRemoved: false,
      ...(lot === 0 ? { nameRemoved: true, current: undefined } : {}),
    };
  });
}

/** No material is ever missing in between, and only the last may wait for its rotation. */
function inPlace(all: readonly (RecordedVersion | undefined)[]): readonly (readonly [number, RecordedVersion])[] {
  const made = all.flatMap((each) => each ?? []);
  return made.map(({ state, id }, index) => {
    const isLast = index === made.length - 1 && index > 0;
    return [index + 1, { id, state: state === 'disabled' && isLast ? 'pending' : state }] as const;
  });
}

/** Any mix of states, names that point anywhere, and whatever is missing. */
export function arbitraryCase(law: Law): fc.Arbitrary<Case> {
  return desiredOf(law).chain((desired) => {
    const most = desired.present ? desired.enabled.size : MOST_VERSIONS;
    const places = [HOME, ...law.places].map((place) =>
      fc.option(placeOf(law, most, place === HOME), { nil: undefined }).map((known) => [place, known] as const),
    );
    return fc
      .record({
        container: fc.option(fc.constant('container'), { nil: undefined }),
        wrappingKey: fc.option(fc.constant('wrapping'), { nil: undefined }),
        places: fc.tuple(...places),
        replaced: fc.uniqueArray(fc.constantFrom('former-1', 'former-2')),
      })
      .map(({ container, wrappingKey, places: all, replaced }): Case => {
        const hasContainer = law.container !== 'none' && container !== undefined;
        const isEmpty = law.container !== 'none' && !hasContainer;
        return {
          desired,
          recorded: {
            container: hasContainer ? container : undefined,
            wrappingKey: law.wraps ? wrappingKey : undefined,
            // Nothing is left of versions whose container is gone.
            places: new Map(isEmpty ? [] : all.flatMap(([place, known]) => (known ? [[place, known] as const] : []))),
            replaced: law.container === 'first' ? [] : replaced,
          },
        };
      });
  });
}
