import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { expectTime, jsonOf } from '../expect.ts';
import { cli, type CliStep } from '../step.ts';
import { distributionPath, KEY, type DistributionRead } from '../story.ts';

/** Reads where the key is, and keeps it for the steps that follow. */
export function readDistribution(title: string, versions: number): CliStep {
  return cli({
    title,
    command: (story) => ['read', '-format=json', '-field=data', distributionPath(story)],
    check(answer, story) {
      const read = jsonOf(answer) as DistributionRead;
      match(read.name, new RegExp(`^${KEY}-\\d{10}$`));
      strictEqual(read.purpose, 'decrypt,encrypt');
      strictEqual(read.protection, 'hsm');
      expectTime(read.distribution_time);
      deepStrictEqual(
        Object.keys(read.versions),
        Array.from({ length: versions }, (_none, index) => String(index + 1)),
      );
      const before = story.distribution;
      if (before !== undefined) {
        strictEqual(read.name, before.name, 'a distribution keeps its name');
        strictEqual(read.distribution_time, before.distribution_time, 'a distribution keeps its time');
        strictEqual(read.versions['1'], before.versions['1'], 'a version keeps its id');
      }
      story.distribution = read;
    },
  });
}
