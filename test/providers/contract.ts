import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absenceCases } from './contract/absence.ts';
import type { DriverCase } from './contract/case.ts';
import type { CloudUnderTest } from './contract/cloud.ts';
import { deadlineCases } from './contract/deadlines.ts';
import { lostAnswerCases } from './contract/lost-answers.ts';
import { nameCases } from './contract/names.ts';
import { planCases } from './contract/plan.ts';
import { reasonCases } from './contract/reasons.ts';
import { repeatCases } from './contract/repeat.ts';
import { stage } from './contract/stage.ts';

export interface DriverUnderTest {
  readonly name: string;
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
export function driverContract({ name, start, knownDifferences = {} }: DriverUnderTest): void {
  describe(`${name} keeps the contract of drivers`, () => {
    let cloud: CloudUnderTest;
    beforeAll(async () => {
      cloud = await start();
    });
    afterAll(() => cloud.stop());

    for (const [index, { name: caseName, run }] of CASES.entries()) {
      const runOn = (): Promise<void> => run(stage(cloud, `k${index}-1700000000`));
      const difference = knownDifferences[caseName];
      if (difference === undefined) {
        it(caseName, runOn);
      } else {
        it(`differs: ${caseName} (${difference})`, async () => {
          await expect(runOn()).rejects.toThrow();
        });
      }
    }

    it('has known differences of existing cases only', () => {
      const names = CASES.map((one) => one.name);
      expect(Object.keys(knownDifferences).filter((known) => !names.includes(known))).toEqual([]);
    });
  });
}
