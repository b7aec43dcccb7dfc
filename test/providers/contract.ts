import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absenceCases } from './contract/absence.ts';
import type { DriverCase } from './contract/case.ts';
import type { CloudUnderTest, Shape, Trait } from './contract/cloud.ts';
import { deadlineCases } from './contract/deadlines.ts';
import { lostAnswerCases } from './contract/lost-answers.ts';
import { nameCases } from './contract/names.ts';
import { planCases } from './contract/plan.ts';
import { reasonCases } from './contract/reasons.ts';
import { repeatCases } from './contract/repeat.ts';
import { stage } from './contract/stage.ts';

/** A trait that a cloud does not have. */
export interface Absent {
  readonly because: string;
  /** The cases that do not apply therefore. */
  readonly cases: readonly string[];
}

export interface DriverUnderTest {
  readonly name: string;
  readonly shape: Shape;
  /** All traits that the cloud does not have. */
  readonly without: Readonly<Partial<Record<Trait, Absent>>>;
  readonly start: () => Promise<CloudUnderTest>;
  /** Cases in which this cloud differs from the one it stands for, and how; each is asserted to fail still. */
  readonly knownDifferences?: Readonly<Record<string, string>>;
}

const CASES: readonly DriverCase[] = [
  ...planCases,
  ...repeatCases,
  ...absenceCases,
  ...nameCases,
  ...lostAnswerCases,
  ...reasonCases,
  ...deadlineCases,
];

/** What the engine relies on in a driver, as one suite for all of them. */
export function driverContract({ name, shape, without, start, knownDifferences = {} }: DriverUnderTest): void {
  const applies = ({ needs }: DriverCase): boolean => needs.every((trait) => shape.traits.includes(trait));

  describe(`${name} keeps the contract of drivers`, () => {
    let cloud: CloudUnderTest;
    beforeAll(async () => {
      cloud = await start();
    }, 120_000);
    afterAll(() => cloud.stop());

    for (const [index, one] of CASES.entries()) {
      if (!applies(one)) continue;
      const runOn = async (): Promise<void> => {
        const at = stage(cloud, shape, `k${index}-1700000000`);
        await one.run(at);
        expect(
          at.read.filter(({ destroyed }) => !destroyed()).map(({ version }) => version),
          'versions whose material was read and is not destroyed',
        ).toEqual([]);
      };
      const difference = knownDifferences[one.name];
      if (difference === undefined) {
        it(one.name, runOn);
      } else {
        it(`differs: ${one.name} (${difference})`, async () => {
          await expect(runOn()).rejects.toThrow();
        });
      }
    }

    it('lists exactly the cases that do not apply, with the reason', () => {
      const traits = [...new Set(CASES.flatMap(({ needs }) => needs))];
      const absent = traits.filter((trait) => !shape.traits.includes(trait));
      const names = (trait: Trait): readonly string[] =>
        CASES.filter(({ needs }) => needs.includes(trait)).map((one) => one.name);
      const listed = Object.entries(without).map(([trait, { cases }]) => [trait, cases]);
      expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(absent.map((trait) => [trait, names(trait)])));
      for (const { because } of Object.values(without)) expect(because).not.toBe('');
    });

    it('has known differences of cases that apply only', () => {
      const names = CASES.filter(applies).map((one) => one.name);
      expect(Object.keys(knownDifferences).filter((known) => !names.includes(known))).toEqual([]);
    });
  });
}
