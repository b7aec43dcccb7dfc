import { FAKES } from '../clouds/fakes.ts';
import type { SharedCloud } from '../clouds/shared-cloud.ts';
import { sharedModel } from '../clouds/shared-model.ts';
import type { TestClock } from '../support/distributed-key.ts';

/**
 * The clouds that a property of shared clouds holds for, each with its number of runs.
 *
 * @param runs - with a model cloud, whose requests cost nothing; the drivers get a thirtieth
 */
export function sharedClouds(
  runs: number,
): readonly (readonly [name: string, runs: number, make: (clock: TestClock) => Promise<SharedCloud>])[] {
  return [
    ['a model cloud', runs, sharedModel],
    ...FAKES.map(([name, make]) => [`the driver of ${name}`, Math.ceil(runs / 30), make] as const),
  ];
}
