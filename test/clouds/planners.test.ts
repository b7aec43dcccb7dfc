import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Desired, Recorded, RecordedPlace } from '../../src/providers/planner.ts';
import { HOME, type Step } from '../../src/providers/step.ts';
import { seedFrom } from '../support/seed.ts';
import { applyStep, textOf } from './apply-step.ts';
import { arbitraryCase, type Case } from './arbitrary-records.ts';
import { LAWS, type Law } from './laws.ts';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 500);
const SEED = seedFrom('PROPERTY_SEED');

describe.each(LAWS.map((law) => [law.name, law] as const))(`plan for %s (seed ${SEED}, ${RUNS} runs)`, (_name, law) => {
  const holds = (property: (each: Case) => void): void => {
    fc.assert(fc.property(arbitraryCase(law), property), { seed: SEED, numRuns: RUNS });
  };

  it('is done once each step has led where it says', () => {
    holds((each) => {
      const end = performAll(law, each);
      expect(law.plan(each.desired, end, law.spec), textOf(end)).toEqual([]);
      expect(differences(law, each.desired, end)).toEqual([]);
    });
  });

  it('is done as well when it is made anew after any of its steps', () => {
    fc.assert(
      fc.property(arbitraryCase(law), fc.nat({ max: 30 }), ({ desired, recorded }, count) => {
        const plan = law.plan(desired, recorded, law.spec);
        const middle = perform(law, desired, recorded, plan.slice(0, count));
        const end = performAll(law, { desired, recorded: middle });
        expect(law.plan(desired, end, law.spec), textOf(end)).toEqual([]);
        expect(differences(law, desired, end)).toEqual([]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it('begins with all that is urgent', () => {
    holds(({ desired, recorded }) => {
      const plan = law.plan(desired, recorded, law.spec);
      const urgent = plan.filter((step) => 'urgent' in step);
      expect(plan.slice(0, urgent.length)).toEqual(urgent);
      expect(urgent.map((step) => 'version' in step && `${step.version} ${step.action} ${step.place}`).sort()).toEqual(
        stillInUse(law, desired, recorded).sort(),
      );
    });
  });

  it('is empty where nothing differs', () => {
    holds(({ desired, recorded }) => {
      const agreeing = agreeingRecord(law, desired, recorded.wrappingKey);
      expect(law.plan(desired, agreeing, law.spec), textOf(agreeing)).toEqual([]);
    });
  });

  it('does not change what it is made from', () => {
    holds(({ desired, recorded }) => {
      const before = textOf(recorded);
      expect(law.plan(desired, recorded, law.spec)).toEqual(law.plan(desired, recorded, law.spec));
      expect(textOf(recorded)).toBe(before);
    });
  });
});

function perform(law: Law, desired: Desired, recorded: Recorded, steps: readonly Step[]): Recorded {
  return steps.reduce((record, step) => applyStep(law, desired, record, step), recorded);
}

function performAll(law: Law, { desired, recorded }: Case): Recorded {
  return perform(law, desired, recorded, law.plan(desired, recorded, law.spec));
}

/** What differs from what is desired, in words; an independent reading of both. */
function differences(law: Law, desired: Desired, { places, container, replaced }: Recorded): readonly string[] {
  const wrong: string[] = [];
  if (!desired.present) {
    for (const [place, { versions, current }] of places) {
      if (versions.size > 0) wrong.push(`versions are left at "${place}"`);
      if (current !== undefined) wrong.push(`the name is left at "${place}"`);
    }
    if (container !== undefined && law.container !== 'stays') wrong.push('the container is left');
    if (replaced.length > 0) wrong.push('replaced objects are left');
    return wrong;
  }
  for (const place of [HOME, ...law.places]) {
    const known = places.get(place);
    if (!desired.places.includes(place)) {
      if ((known?.versions.size ?? 0) > 0) wrong.push(`versions are left at "${place}"`);
      continue;
    }
    for (const [version, isEnabled] of desired.enabled) {
      const made = known?.versions.get(version);
      const usable = made?.state === 'enabled';
      if (usable !== (isEnabled || law.inPlace))
        wrong.push(`version ${version} at "${place}" is ${made?.state ?? 'absent'}`);
      if (place === HOME && made === undefined) wrong.push(`version ${version} is absent`);
      if (made && made.id !== places.get(HOME)?.versions.get(version)?.id)
        wrong.push(`replica ${version} is another key's`);
    }
    if (law.naming !== 'none' && known?.current !== desired.current)
      wrong.push(`the name at "${place}" points elsewhere`);
  }
  return wrong;
}

/** The versions that may not be used any more, and that no name keeps in use. */
function stillInUse(law: Law, desired: Desired, { places }: Recorded): string[] {
  if (!desired.present || law.inPlace) return [];
  return [...places]
    .filter(([place]) => desired.places.includes(place))
    .flatMap(([place, { versions, current }]) =>
      [...versions].flatMap(([version, { state }]) => {
        const isUsable = state === 'enabled' || state === 'switching';
        const points = law.naming === 'none' ? desired.current : current;
        const isElsewhere = points !== undefined && points !== version;
        return isUsable && isElsewhere && desired.enabled.get(version) === false ? `${version} disable ${place}` : [];
      }),
    );
}

function agreeingRecord(law: Law, desired: Desired, wrappingKey: string | undefined): Recorded {
  const nothing = { container: undefined, wrappingKey, places: new Map<string, RecordedPlace>(), replaced: [] };
  if (!desired.present) return nothing;
  const states = [...desired.enabled].map(
    ([version, isEnabled]) =>
      [version, { id: `id-${version}`, state: isEnabled || law.inPlace ? 'enabled' : 'disabled' }] as const,
  );
  const current = law.naming === 'none' ? undefined : desired.current;
  const place = { versions: new Map(states), current, nameRemoved: false };
  return {
    ...nothing,
    container: law.container === 'none' ? undefined : 'container',
    places: new Map(desired.places.map((name) => [name, place])),
  };
}
